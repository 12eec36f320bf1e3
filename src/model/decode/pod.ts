// A pod as `kubectl get -o json` prints it, as far as reaching into it needs. Nothing is trusted: a field of another shape
// is absent.
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
  /** It was deleted, and runs for the rest of its grace period. */
  isEnding: boolean;
  /** The machine that it was given; undefined: none yet. */
  node: string | undefined;
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
    isEnding: textIn(metadata, 'deletionTimestamp') !== '',
    node: textIn(spec, 'nodeName') || undefined,
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

/** How a workload or service finds its pods, as `kubectl -l` takes it; undefined when it has no selector. */
export function podSelectorOf(json: unknown): string | undefined {
  const { selector } = objectIn(objectIn(json).spec);
  const isWorkload = ['matchLabels', 'matchExpressions'].some((key) => objectIn(selector)[key] !== undefined);
  const labels = objectIn(isWorkload ? objectIn(selector).matchLabels : selector);
  const parts = [
    ...Object.entries(labels).flatMap(([key, value]) =>
      typeof value === 'string' ? [`${key}=${value}`] : [],
    ),
    ...listIn(selector, 'matchExpressions').map(asRequirement),
  ];
  return parts.length > 0 ? parts.join(',') : undefined;
}

function asRequirement(expression: unknown): string {
  const key = textIn(expression, 'key');
  const values = listIn(expression, 'values').join(',');
  switch (textIn(expression, 'operator')) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'NotIn':
      return `${key} notin (${values})`;
    default:
      return `${key} in (${values})`;
  }
}

/** A ReplicaSet of a rollout. */
export interface ReplicaSet {
  name: string;
  /** Counts up with each change of the Deployment. */
  revision: number;
  pods: number;
}

/** Those of a list that belong to a rollout. */
export function decodeReplicaSets(json: unknown): ReplicaSet[] {
  return listIn(json, 'items').flatMap((item) => {
    const { metadata, status } = objectIn(item);
    const revision = numberIn(objectIn(metadata).annotations, 'deployment.kubernetes.io/revision');
    const name = textIn(metadata, 'name');
    if (revision === null || name === '') return [];
    return [{ name, revision, pods: numberIn(status, 'replicas') ?? 0 }];
  });
}
