// From what was typed (a workload, or labels) to all of its pods, and the two sides of a rollout.
import { AttachError, UsageError } from '../errors.ts';
import {
  decodePods,
  decodeReplicaSets,
  type Pod,
  type PodContainer,
  type ReplicaSet,
} from '../model/decode/pod.ts';
import { type Cluster, chooseContainer, getNamed, getSelected, selectorIn } from './find-pod.ts';
import type { Place } from './transport.ts';

/** One of several pods. */
export interface PodOfMany {
  pod: Pod;
  /** Absent: there is none to look at. */
  container?: PodContainer;
  place?: Place;
  /** Why there is none: a sentence. */
  refusal?: string;
}

/** A name, or labels. */
export interface PodsQuery extends Cluster {
  /** "deployment/shop", or a pod. */
  name?: string;
  /** "app=shop,tier!=cache", as for kubectl -l. */
  selector?: string;
  container?: string;
}

/**
 * In the order of their names. Throws UsageError for a container that is not there or must be chosen, AttachError for all that
 * kubectl refuses and when no pod runs.
 */
export async function findPods(query: PodsQuery): Promise<PodOfMany[]> {
  const shown = query.name ?? `-l ${query.selector}`;
  const pods = await podsOf(query, shown);
  // What a job or an eviction left behind is no part of the workload any more.
  const alive = pods.filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed');
  if (alive.length === 0)
    throw new AttachError(`${shown} has no running pod.`, 'Look with kubectl get pods.');
  return alive.sort((a, b) => (a.name < b.name ? -1 : 1)).map((pod) => inPod(pod, query));
}

async function podsOf(query: PodsQuery, shown: string): Promise<Pod[]> {
  const { name, selector } = query;
  if (name === undefined) return selected(query, selector ?? '', shown);
  const json = await getNamed(query, name);
  const pods = decodePods(json);
  return pods.length > 0 ? pods : selected(query, selectorIn(json, name), shown);
}

const selected = async (cluster: Cluster, selector: string, shown: string): Promise<Pod[]> =>
  decodePods(await getSelected(cluster, 'pods', { selector, shown }));

/** A container that has to be chosen is wrong use for all of them; one that does not run is told of its pod alone. */
function inPod(pod: Pod, { transport, context, container: wanted }: PodsQuery): PodOfMany {
  if (pod.isEnding) return { pod, refusal: 'It is being deleted.' };
  try {
    const container = chooseContainer(pod, { container: wanted });
    const { name, namespace } = pod;
    return { pod, container, place: { transport, context, name, namespace, container: container.name } };
  } catch (error) {
    if (!(error instanceof AttachError)) throw error;
    return { pod, refusal: error.message };
  }
}

/** One side of a comparison, as people wrote it and as it was found. */
export interface PodSide {
  label: string;
  pods: PodOfMany[];
}

/**
 * `word` is "old" or "new" (the ReplicaSets of the last two revisions that have pods), the name of a ReplicaSet, another workload as
 * "kind/name", or a label that narrows `query`. Throws as findPods does.
 */
export async function findSide(word: string, query: PodsQuery): Promise<PodSide> {
  if (word === 'old' || word === 'new') {
    const [older, newer] = await lastRevisions(query);
    const name = word === 'old' ? older : newer;
    return { label: `${word} (${name})`, pods: await findPods(ofWorkload(query, `replicaset/${name}`)) };
  }
  if (isLabel(word)) {
    const base = await selectorOf(query);
    const selector = base === undefined ? word : `${base},${word}`;
    return { label: word, pods: await findPods({ ...query, name: undefined, selector }) };
  }
  const name = word.includes('/') ? word : `replicaset/${word}`;
  return { label: word, pods: await findPods(ofWorkload(query, name)) };
}

const isLabel = (word: string) => /[=!]/.test(word);

const ofWorkload = (query: PodsQuery, name: string): PodsQuery => ({ ...query, name, selector: undefined });

async function selectorOf(query: PodsQuery): Promise<string | undefined> {
  const { name, selector } = query;
  return name === undefined ? selector : selectorIn(await getNamed(query, name), name);
}

async function lastRevisions(query: PodsQuery): Promise<[string, string]> {
  const selector = await selectorOf(query);
  if (selector === undefined)
    throw new UsageError(
      '"old" and "new" refer to a rollout, and none was named.',
      'Name the deployment: culprit k8s deployment/NAME --compare old,new.',
    );
  const shown = query.name ?? `-l ${selector}`;
  const json = await getSelected(query, 'replicasets', { selector, shown });
  const withPods = decodeReplicaSets(json)
    .filter(({ pods }) => pods > 0)
    .sort((a, b) => a.revision - b.revision);
  const [older, newer] = withPods.slice(-2);
  if (older && newer) return [older.name, newer.name];
  throw new AttachError(
    `${shown} has pods of ${sayRevisions(withPods)}, but a comparison needs two.`,
    'Compare while a rollout is under way, or name both sides: --compare deployment/shop,deployment/shop-canary.',
  );
}

const sayRevisions = ([only]: readonly ReplicaSet[]) =>
  only ? `one ReplicaSet only (${only.name})` : 'no ReplicaSet';
