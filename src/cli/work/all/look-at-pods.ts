// Captures many pods, some at a time. One that cannot be captured gives its reason, and the others go on.
import { CulpritError } from '../../../errors.ts';
import type { Recording } from '../../../recording/reader.ts';
import type { PodOfMany } from '../../../remote/find-pods.ts';
import type { Place } from '../../../remote/transport.ts';
import type { StepProgress } from '../../progress.ts';
import type { FoundPlace } from '../../remote-place.ts';
import { type K8sOptions, recordAt } from '../k8s.ts';

export interface PodLooks {
  options: K8sOptions;
  /** How many at a time. */
  parallel: number;
  /** Ends the looks that run; no other begins. */
  signal: AbortSignal;
  progress: StepProgress;
  /** The file that keeps the recording of a pod; undefined: none does. */
  keepAs: (name: string) => string | undefined;
}

/** What became of one look. */
export interface LookedAt<T> {
  found: PodOfMany;
  result?: T;
  /** Why there is no result: a sentence. */
  notLookedAt?: string;
}

/**
 * In the order of `found`. `use` makes a result of a recording, which is not kept otherwise; one pod's at a time, since a heap
 * snapshot takes much memory.
 */
export async function lookAtPods<T>(
  found: readonly PodOfMany[],
  looks: PodLooks,
  use: (recording: Recording, place: Place) => Promise<T>,
): Promise<LookedAt<T>[]> {
  let done = 0;
  const say = () =>
    looks.progress.step(`${done} of ${found.length} pods (Ctrl-C ends early and still reports)`);
  let before: Promise<unknown> = Promise.resolve();
  const oneByOne = (recording: Recording, place: Place): Promise<T> => {
    const used = before.then(() => use(recording, place));
    before = used.catch(() => {});
    return used;
  };
  say();
  return mapSome(found, looks.parallel, async (one) => {
    const outcome = await lookAt(one, looks, oneByOne);
    done++;
    say();
    return { found: one, ...outcome };
  });
}

async function lookAt<T>(
  { pod, container, place, refusal }: PodOfMany,
  { options, signal, keepAs }: PodLooks,
  use: (recording: Recording, place: Place) => Promise<T>,
): Promise<Omit<LookedAt<T>, 'found'>> {
  if (place === undefined) return { notLookedAt: refusal };
  if (signal.aborted) return { notLookedAt: 'culprit was interrupted before it reached this pod.' };
  const there: FoundPlace = { place, command: container?.command ?? [] };
  try {
    // The commands of many would hide the report.
    const quiet = { ...options, quiet: true };
    const recording = await recordAt(there, quiet, { signal, keep: keepAs(pod.name) });
    return { result: await use(recording, place) };
  } catch (error) {
    if (!(error instanceof CulpritError)) throw error;
    return { notLookedAt: error.message };
  }
}

/** At most `limit` at a time; results in the order of `entries`. */
async function mapSome<T, R>(
  entries: readonly T[],
  limit: number,
  run: (entry: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = entries.entries();
  const work = async () => {
    for (const [index, entry] of waiting) results[index] = await run(entry);
  };
  await Promise.all(Array.from({ length: Math.min(limit, entries.length) }, work));
  return results;
}
