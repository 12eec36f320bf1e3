// What `kubectl describe pod` prints, as the pod and the events that `-o json` would have given.
import { readEventRow } from './events-text.ts';

/** A field with the fields below it, by indentation. */
interface Field {
  value: string;
  fields: Map<string, Field>;
}

export interface DescribedPods {
  pods: unknown[];
  events: unknown[];
}

const MOST_PODS = 200;

/** Also of a part of it, as people cut it out. */
export const isDescribeText = (text: string): boolean =>
  /^ *(?:Last )?State: +(?:Terminated|Waiting|Running)\s*$/m.test(text);

export function readDescribeText(text: string): DescribedPods {
  const found: DescribedPods = { pods: [], events: [] };
  for (const part of text.split(/^(?=Name: +\S)/m).slice(0, MOST_PODS)) {
    if (!isDescribeText(part)) continue;
    const lines = part.split(/\r?\n/);
    const events = lines.findIndex((line) => /^Events:/.test(line));
    const root = fieldsOf(events < 0 ? lines : lines.slice(0, events));
    const name = valueIn(root, 'Name') || 'the pod';
    found.pods.push(podOf(name, root));
    if (events >= 0)
      for (const line of lines.slice(events + 1)) {
        const event = readEventRow(line, `pod/${name}`);
        if (event) found.events.push(event);
      }
  }
  return found;
}

function podOf(name: string, root: Field): unknown {
  const inits = [...(root.fields.get('Init Containers')?.fields ?? [])];
  const listed = [...(root.fields.get('Containers')?.fields ?? [])];
  const alone = listed.length + inits.length === 0 ? fieldWithState(root) : null;
  const mains: [string, Field][] = alone ? [['', alone]] : listed;
  const grace = /^(\d+)s$/.exec(valueIn(root, 'Termination Grace Period'))?.[1];
  return {
    kind: 'Pod',
    metadata: { name },
    spec: {
      containers: mains.map(specOf),
      initContainers: inits.map(specOf),
      ...(grace !== undefined && { terminationGracePeriodSeconds: Number(grace) }),
    },
    status: {
      reason: valueIn(root, 'Reason'),
      message: valueIn(root, 'Message'),
      containerStatuses: mains.map(statusOf),
      initContainerStatuses: inits.map(statusOf),
    },
  };
}

/** The fields of a container that was cut out of its list; null without a state. */
function fieldWithState(field: Field, depth = 0): Field | null {
  if (field.fields.has('State') || field.fields.has('Last State')) return field;
  if (depth > 10) return null;
  for (const each of field.fields.values()) {
    const found = fieldWithState(each, depth + 1);
    if (found) return found;
  }
  return null;
}

function specOf([name, container]: [string, Field]): unknown {
  const memory = container.fields.get('Limits')?.fields.get('memory')?.value;
  return {
    name,
    resources: { limits: memory === undefined ? {} : { memory } },
    ...probeOf('livenessProbe', valueIn(container, 'Liveness')),
    ...probeOf('startupProbe', valueIn(container, 'Startup')),
  };
}

/** "http-get http://:3000/ delay=5s timeout=1s period=10s #success=1 #failure=3" */
function probeOf(name: string, text: string): Record<string, unknown> {
  if (text === '') return {};
  const numberOf = (word: string) => {
    const found = new RegExp(`${word}=(\\d+)`).exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  return {
    [name]: {
      initialDelaySeconds: numberOf('delay'),
      timeoutSeconds: numberOf('timeout'),
      periodSeconds: numberOf('period'),
      failureThreshold: numberOf('#failure'),
    },
  };
}

function statusOf([name, container]: [string, Field]): unknown {
  return {
    name,
    restartCount: Number(valueIn(container, 'Restart Count')) || 0,
    state: stateOf(container.fields.get('State')),
    lastState: stateOf(container.fields.get('Last State')),
  };
}

function stateOf(state: Field | undefined): unknown {
  if (!state) return {};
  const code = valueIn(state, 'Exit Code');
  const signal = valueIn(state, 'Signal');
  const told = {
    reason: valueIn(state, 'Reason'),
    message: valueIn(state, 'Message'),
    exitCode: code === '' ? undefined : Number(code),
    signal: signal === '' ? undefined : Number(signal),
    startedAt: timeIn(state, 'Started'),
    finishedAt: timeIn(state, 'Finished'),
  };
  return state.value === '' ? {} : { [state.value.toLowerCase()]: told };
}

const valueIn = (field: Field, name: string): string => field.fields.get(name)?.value ?? '';

/** "Fri, 02 Jan 2026 10:00:00 +0000" as ISO 8601; "" for what is no time. */
function timeIn(field: Field, name: string): string {
  const millis = Date.parse(valueIn(field, name));
  return Number.isNaN(millis) ? '' : new Date(millis).toISOString();
}

const MOST_LINES = 20_000;

function fieldsOf(lines: readonly string[]): Field {
  const root: Field = { value: '', fields: new Map() };
  const open: { indent: number; field: Field }[] = [{ indent: -1, field: root }];
  for (const line of lines.slice(0, MOST_LINES)) {
    const match = /^( *)([A-Za-z0-9][\w ./-]{0,100}?):(?:\s+(.{0,1000}))?$/.exec(line);
    if (!match) continue;
    const indent = match[1]!.length;
    while (open.at(-1)!.indent >= indent) open.pop();
    const field: Field = { value: (match[3] ?? '').trim(), fields: new Map() };
    const { fields } = open.at(-1)!.field;
    if (!fields.has(match[2]!)) fields.set(match[2]!, field);
    open.push({ indent, field });
  }
  return root;
}
