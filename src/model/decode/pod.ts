// A pod as `kubectl get -o json` tells it, as far as it takes to reach into it. Nothing is trusted: what has another shape is
// absent.
import { listIn, numberIn, objectIn, textIn } from './unknown-json.ts';

export interface PodContainer {
  name: string;
  image: string;
  /** What the spec starts it with, when it says so. */
  command: string[];
  isRunning: boolean;
  restarts: number;
}

export interface Pod {
  name: string;
  namespace: string;
  /** Running, Pending, Succeeded, Failed, Unknown. */
  phase: string;
  isReady: boolean;
  containers: PodContainer[];
  /** The one that the annotation kubectl.kubernetes.io/default-container names. */
  defaultContainer: string | undefined;
}

/** Undefined for what is no pod. */
export function decodePod(json: unknown): Pod | undefined {
  const { metadata, spec, status } = objectIn(json);
  const name = textIn(metadata, 'name');
  if (textIn(json, 'kind') !== 'Pod' || name === '') return undefined;
  const states = new Map(listIn(status, 'containerStatuses').map((one) => [textIn(one, 'name'), one]));
  const annotations = objectIn(metadata).annotations;
  return {
    name,
    namespace: textIn(metadata, 'namespace') || 'default',
    phase: textIn(status, 'phase') || 'Unknown',
    isReady: listIn(status, 'conditions').some(
      (condition) => textIn(condition, 'type') === 'Ready' && textIn(condition, 'status') === 'True',
    ),
    containers: listIn(spec, 'containers').map((one) =>
      decodeContainer(one, states.get(textIn(one, 'name'))),
    ),
    defaultContainer: textIn(annotations, 'kubectl.kubernetes.io/default-container') || undefined,
  };
}

function decodeContainer(container: unknown, status: unknown): PodContainer {
  const words = [...listIn(container, 'command'), ...listIn(container, 'args')];
  return {
    name: textIn(container, 'name'),
    image: textIn(container, 'image'),
    command: words.filter((word): word is string => typeof word === 'string'),
    isRunning: objectIn(objectIn(status).state).running !== undefined,
    restarts: numberIn(status, 'restartCount') ?? 0,
  };
}

/** The pods of a list, or the one that it is itself. */
export function decodePods(json: unknown): Pod[] {
  const entries = textIn(json, 'kind').endsWith('List') ? listIn(json, 'items') : [json];
  return entries.map((entry) => decodePod(withKind(entry))).filter((pod) => pod !== undefined);
}

/** Entries of a typed list ("PodList") do not say again what they are. */
function withKind(entry: unknown): unknown {
  return objectIn(entry).kind === undefined ? { ...objectIn(entry), kind: 'Pod' } : entry;
}

/** The labels by which a workload or service finds its pods, as `key=value,...`; undefined when it has none. */
export function podSelectorOf(json: unknown): string | undefined {
  const { selector } = objectIn(objectIn(json).spec);
  const labels = objectIn(objectIn(selector).matchLabels ?? selector);
  const pairs = Object.entries(labels).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return pairs.length > 0 ? pairs.map(([key, value]) => `${key}=${value}`).join(',') : undefined;
}
