// From what was typed (a pod, or a workload like deployment/shop) to one container of one running pod, through kubectl.
import { AttachError, UsageError } from '../errors.ts';
import { decodePods, type Pod, type PodContainer, podSelectorOf } from '../model/decode/pod.ts';
import { explainLink } from './link-errors.ts';
import { ask } from './run.ts';
import { kubectlWords, type Place, type Transport } from './transport.ts';

/** Where kubectl asks. */
export interface Cluster {
  transport: Transport;
  namespace?: string;
  context?: string;
}

export interface PodQuery extends Cluster {
  /** "shop-7d9f-x2x", "pod/shop-7d9f-x2x" or "deployment/shop". */
  name: string;
  container?: string;
  /** To look at a process it must run; to ask why it ended, it need not. */
  mayHaveEnded?: boolean;
}

export interface FoundPod {
  place: Place;
  pod: Pod;
  container: PodContainer;
  /** As kubectl gave it, for those who read more of it. */
  json: unknown;
}

/** Throws UsageError for a container that is not there or must be chosen, AttachError for all that kubectl refuses. */
export async function findPod(query: PodQuery): Promise<FoundPod> {
  const { pod, json } = await findJson(query);
  const container = chooseContainer(pod, query);
  const { transport, context } = query;
  const place = { transport, context, name: pod.name, namespace: pod.namespace, container: container.name };
  return { place, pod, container, json };
}

async function findJson(query: PodQuery): Promise<{ pod: Pod; json: unknown }> {
  const json = await getNamed(query, query.name);
  const [pod] = decodePods(json);
  if (pod) return { pod, json };
  const found = await getSelected(query, 'pods', {
    selector: selectorIn(json, query.name),
    shown: query.name,
  });
  const pods = decodePods(found);
  const chosen = query.mayHaveEnded ? chooseTroubled(pods, query.name) : choosePod(pods, query.name);
  const items = (found as { items?: { metadata?: { name?: unknown } }[] }).items ?? [];
  return { pod: chosen, json: items.find((item) => item?.metadata?.name === chosen.name) };
}

/** A pod, or with its kind another object. Throws AttachError. */
export const getNamed = (cluster: Cluster, name: string): Promise<unknown> =>
  get(cluster, name.includes('/') ? [name] : ['pod', name], name);

/** All pods (or others) with these labels; `shown` is what they are called in messages. Throws AttachError. */
export const getSelected = (
  cluster: Cluster,
  kinds: 'pods' | 'replicasets',
  { selector, shown }: { selector: string; shown: string },
): Promise<unknown> => get(cluster, [kinds, '-l', selector], shown);

/** By which labels the object finds its pods. Throws UsageError when it has none. */
export function selectorIn(json: unknown, name: string): string {
  const selector = podSelectorOf(json);
  if (selector !== undefined) return selector;
  throw new UsageError(
    `${name} does not select any pods.`,
    'Give a pod, or a deployment, statefulset, daemonset, replicaset, job or service.',
  );
}

async function get(query: Cluster, what: string[], name: string): Promise<unknown> {
  const words = [...kubectlWords(query), 'get', ...what, '-o', 'json'];
  const { code, stdout, stderr } = await ask(words);
  if (code !== 0) throw explainLink('kubectl', stderr, name.includes('/') ? name : `pod "${name}"`);
  try {
    return JSON.parse(stdout);
  } catch {
    throw new AttachError('kubectl did not answer with JSON.', `Check what this prints: ${words.join(' ')}`);
  }
}

/** A ready one first: a pod that is not ready may be one that nobody calls. */
function choosePod(pods: Pod[], name: string): Pod {
  const running = pods.filter(({ phase }) => phase === 'Running');
  const chosen = running.find(({ isReady }) => isReady) ?? running[0];
  if (chosen) return chosen;
  const states = pods.map((pod) => `${pod.name} is ${pod.phase}`).join(', ');
  throw new AttachError(
    `${name} has no running pod${states ? ` (${states})` : ''}.`,
    `To see why it is not running: culprit triage k8s ${name}`,
  );
}

/** The one that was started again most often. */
function chooseTroubled(pods: Pod[], name: string): Pod {
  const restartsOf = ({ containers }: Pod) => Math.max(0, ...containers.map(({ restarts }) => restarts));
  const [chosen] = [...pods].sort((a, b) => restartsOf(b) - restartsOf(a));
  if (!chosen) throw new AttachError(`${name} has no pods.`, `Look at it with kubectl describe ${name}.`);
  return chosen;
}

/** Throws UsageError for a container that is not there or must be chosen, AttachError for one that does not run. */
export function chooseContainer(
  pod: Pod,
  { container: wanted, mayHaveEnded }: Pick<PodQuery, 'container' | 'mayHaveEnded'>,
): PodContainer {
  const names = pod.containers.map(({ name }) => name).join(', ');
  if (pod.containers.length === 0)
    throw new AttachError(`Pod ${pod.name} has no containers.`, 'Look at it with kubectl describe pod.');
  const name = wanted ?? (pod.containers.length === 1 ? pod.containers[0]!.name : pod.defaultContainer);
  if (name === undefined)
    throw new UsageError(`Pod ${pod.name} has several containers: ${names}.`, 'Choose one with -c.');
  const found = pod.containers.find((container) => container.name === name);
  if (!found)
    throw new UsageError(
      `Pod ${pod.name} has no container "${name}".`,
      `It has: ${names}. Give one with -c.`,
    );
  if (!found.isRunning && !mayHaveEnded)
    throw new AttachError(
      `The container ${found.name} of pod ${pod.name} is not running (the pod is ${pod.phase}).`,
      `To see why it ended: culprit triage k8s ${pod.name} -n ${pod.namespace}`,
    );
  return found;
}
