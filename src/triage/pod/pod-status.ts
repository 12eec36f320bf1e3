// What Kubernetes says of a pod's containers: how each ended last, how often it was restarted, and why it does not run.

import { listIn, numberIn, objectIn, textIn } from '../../model/decode/unknown-json.ts';
import { parseQuantity } from '../../units/quantity.ts';
import type { EndEvent } from '../ends/ending.ts';
import { signalName } from '../ends/ending.ts';
import type { ContainerEnd } from './container-end.ts';
import { endsOfEvents } from './ends-of-events.ts';
import { killedByProbe, type PodEvent, type ProbeKill, readEvents } from './pod-events.ts';

const CANNOT_START =
  /^(ImagePullBackOff|ErrImagePull|ErrImageNeverPull|InvalidImageName|CreateContainerConfigError|CreateContainerError|RunContainerError|StartError|ContainerCannotRun)$/;

/** Takes what `kubectl get pod -o json` prints (one pod or a list); [] when it is nothing of the sort. */
export function readPodStatus(status: unknown, events?: unknown): ContainerEnd[] {
  const pods =
    objectIn(status).kind === 'List' || Array.isArray(objectIn(status).items)
      ? listIn(status, 'items')
      : [status];
  const told = readEvents(events);
  if (status === undefined) return endsOfEvents(told);
  return pods.slice(0, 200).flatMap((pod) => endsOf(pod, told));
}

function endsOf(pod: unknown, told: PodEvent[]): ContainerEnd[] {
  const podName = textIn(objectIn(pod).metadata, 'name');
  const status = objectIn(objectIn(pod).status);
  const specs = [
    ...listIn(objectIn(pod).spec, 'containers'),
    ...listIn(objectIn(pod).spec, 'initContainers'),
  ];
  const states = [...listIn(status, 'containerStatuses'), ...listIn(status, 'initContainerStatuses')];
  const own = told.filter((event) => event.pod === '' || podName === '' || event.pod === podName);
  const inits = listIn(status, 'initContainerStatuses');
  const ends = states.map((state) => {
    const name = textIn(state, 'name');
    const spec = specs.find((each) => textIn(each, 'name') === name);
    const about = own.filter(({ container }) => container === '' || container === name);
    const end = endOf(podName, state, spec, about, pod);
    const isInit = inits.includes(state);
    const isDone = isInit && end.events.every((event) => event.kind === 'exit' && event.code === 0);
    return { ...end, isInit, ...(isDone && { events: [] }) };
  });
  return textIn(status, 'reason') === 'Evicted' ? [evicted(podName, status), ...ends] : ends;
}

function endOf(
  pod: string,
  state: unknown,
  spec: unknown,
  told: PodEvent[],
  wholePod: unknown,
): Omit<ContainerEnd, 'isInit'> {
  const { state: now, lastState } = objectIn(state);
  const ended = [objectIn(now).terminated, objectIn(lastState).terminated].find(
    (each) => typeof each === 'object' && each !== null,
  );
  const waiting = objectIn(now).waiting;
  const limits = objectIn(objectIn(objectIn(spec).resources).limits);
  const graceSeconds = numberIn(objectIn(wholePod).spec, 'terminationGracePeriodSeconds');
  const events = [
    ...waitingEvents(waiting),
    ...(ended ? endedEvents(ended, killedByProbe(told, spec), graceSeconds, told) : []),
  ];
  return {
    pod,
    container: textIn(state, 'name'),
    events: textIn(wholePod, 'kind') === 'Container' ? events.map(toldByEngine) : events,
    isRunning: typeof objectIn(now).running === 'object' && objectIn(now).running !== null,
    restarts: numberIn(state, 'restartCount') ?? 0,
    memoryLimitBytes: parseQuantity(limits.memory) ?? null,
    startedAt: textIn(ended, 'startedAt'),
    finishedAt: textIn(ended, 'finishedAt'),
  };
}

/** Docker and podman say the same without Kubernetes. */
function toldByEngine(event: EndEvent): EndEvent {
  if (event.kind === 'exit') return { ...event, teller: 'inspect' };
  if (event.kind !== 'told') return event;
  const statement = event.statement.replace(/^Kubernetes/, 'the container engine');
  return { ...event, statement, teller: 'inspect' };
}

function waitingEvents(waiting: unknown): EndEvent[] {
  const reason = textIn(waiting, 'reason');
  if (!CANNOT_START.test(reason)) return [];
  const statement = `the container cannot start, ${reason}: ${textIn(waiting, 'message').slice(0, 300) || 'no reason is given'}`;
  return [{ kind: 'told', label: 'startup-failure', statement, teller: 'pod status', lines: [] }];
}

function endedEvents(
  ended: unknown,
  probe: ProbeKill | null,
  graceSeconds: number | null,
  told: PodEvent[],
): EndEvent[] {
  const code = numberIn(ended, 'exitCode');
  const reason = textIn(ended, 'reason');
  const number = numberIn(ended, 'signal');
  const signal = number === null ? null : signalName(number);
  const exit: EndEvent = {
    kind: 'exit',
    code,
    signal,
    teller: 'pod status',
    lines: [`${reason || 'terminated'}, exit code ${code ?? 'unknown'}`],
  };
  if (reason === 'OOMKilled')
    return [
      {
        kind: 'told',
        label: 'container-oom',
        statement: 'Kubernetes says OOMKilled: the container hit its memory limit',
        teller: 'pod status',
        lines: [],
      },
      exit,
    ];
  if (CANNOT_START.test(reason))
    return [
      {
        kind: 'told',
        label: 'startup-failure',
        statement: `the container could not start, ${reason}: ${textIn(ended, 'message').slice(0, 300)}`,
        teller: 'pod status',
        lines: [],
      },
      exit,
    ];
  const isKilled = code === 137 || code === 143 || code === 0;
  if (isKilled && probe)
    return [{ kind: 'told', label: 'killed-by-probe', ...probe, teller: 'pod status' }, exit];
  const wasStopped = told.find(
    ({ reason: why, message }) => why === 'Killing' && /^Stopping container/.test(message),
  );
  if (code === 137 && wasStopped) {
    const grace =
      graceSeconds === null ? 'its grace period' : `the ${graceSeconds} s of terminationGracePeriodSeconds`;
    return [
      {
        kind: 'told',
        label: 'grace-period',
        statement: `it was asked to stop and had not ended after ${grace}, so it was killed`,
        teller: 'pod status',
        lines: [],
      },
      exit,
    ];
  }
  return [exit];
}

function evicted(pod: string, status: Record<string, unknown>): ContainerEnd {
  const statement = `the pod was evicted: ${textIn(status, 'message').slice(0, 300) || 'the node ran short of something'}`;
  const events: EndEvent[] = [{ kind: 'told', label: 'evicted', statement, teller: 'pod status', lines: [] }];
  const unknown = { restarts: 0, memoryLimitBytes: null, startedAt: '', finishedAt: '' };
  return { pod, container: '', events, isRunning: false, isInit: false, ...unknown };
}
