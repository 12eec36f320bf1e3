// A pod as `kubectl get -o json` tells it, as far as it takes to reach into it. Nothing is trusted: what has another shape is
// absent.

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

type Fields = Record<string, unknown>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): string[] =>
  list(value).filter((word): word is string => typeof word === 'string');

/** Undefined for what is no pod. */
export function decodePod(json: unknown): Pod | undefined {
  const { kind, metadata, spec, status } = fields(json);
  const { name, namespace, annotations } = fields(metadata);
  if (kind !== 'Pod' || text(name) === '') return undefined;
  const states = new Map(
    list(fields(status).containerStatuses)
      .map(fields)
      .map((one) => [text(one.name), one]),
  );
  const defaultContainer = text(fields(annotations)['kubectl.kubernetes.io/default-container']);
  return {
    name: text(name),
    namespace: text(namespace) || 'default',
    phase: text(fields(status).phase) || 'Unknown',
    isReady: list(fields(status).conditions)
      .map(fields)
      .some(({ type, status: state }) => type === 'Ready' && state === 'True'),
    containers: list(fields(spec).containers)
      .map(fields)
      .map((one) => ({
        name: text(one.name),
        image: text(one.image),
        command: [...texts(one.command), ...texts(one.args)],
        isRunning: fields(states.get(text(one.name))?.state).running !== undefined,
        restarts: Number(states.get(text(one.name))?.restartCount ?? 0) || 0,
      })),
    defaultContainer: defaultContainer || undefined,
  };
}

/** The pods of a list, or the one that it is itself. */
export function decodePods(json: unknown): Pod[] {
  const { kind, items } = fields(json);
  const entries = text(kind).endsWith('List') ? list(items) : [json];
  return entries.map((entry) => decodePod(withKind(entry))).filter((pod) => pod !== undefined);
}

/** Entries of a typed list ("PodList") do not say again what they are. */
function withKind(entry: unknown): unknown {
  return fields(entry).kind === undefined ? { ...fields(entry), kind: 'Pod' } : entry;
}

/** The labels by which a workload or service finds its pods, as `key=value,...`; undefined when it has none. */
export function podSelectorOf(json: unknown): string | undefined {
  const { selector } = fields(fields(json).spec);
  const labels = fields(fields(selector).matchLabels ?? selector);
  const pairs = Object.entries(labels).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return pairs.length > 0 ? pairs.map(([key, value]) => `${key}=${value}`).join(',') : undefined;
}
