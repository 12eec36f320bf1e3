// What grew in every round so far, for each signal. Pure over the readings; nothing is reported here.
import { grewEachTime, medianStep, wentOn } from './measure/every-round.ts';
import type { HeapSite, OpenFile, Readings } from './measure/readings.ts';
import type { Made } from './measure/resource-watch.ts';
import { endsByItself } from './resource-kinds.ts';

export interface ResourceSuspect {
  /** Those of one site that are there now. */
  alive: Made[];
  counts: number[];
}

/**
 * Sites that have something left of every round, or of which there is one more after each: a timer that sets itself again
 * is always of the last round. `rounds` are those measured so far.
 */
export function suspectResources(alive: Made[], readings: Readings, rounds: number): ResourceSuspect[] {
  const bySite = new Map<string, Made[]>();
  for (const made of alive) if (made.round > 0) push(bySite, made.site, made);
  return [...bySite.values()].flatMap((ofSite) => {
    const counts = readings.resourceCounts.get(ofSite[0]!.site) ?? [];
    const isChain = grewEachTime(counts) && ofSite.length >= counts.at(-1)! && !isLeftOfEvery(ofSite, rounds);
    const free = ofSite.filter((made) => endsByItself(made, isChain) === null);
    return isLeftOfEvery(free, rounds) || (isChain && free.length > 0) ? [{ alive: free, counts }] : [];
  });
}

/** Paths do not matter: each round may open a file of its own. */
export function suspectFiles(readings: Readings, rounds: number): OpenFile[] {
  const files = [...(readings.files?.values() ?? [])].filter(({ round }) => round > 0);
  return isLeftOfEvery(files, rounds) ? files : [];
}

/**
 * Allocation sites that grew in each measured round and went on. As code is optimized, V8 counts for the caller what it
 * has inlined there: in later batches all sites together must have gone on.
 */
export function suspectHeapSites(
  { heapSites, programBytes }: Readings,
  rounds: number,
  batches: readonly number[],
  leastBytes: number,
): HeapSite[] {
  if (!growsOn(programBytes, rounds, batches, BYTES_STILL_GROWING)) return [];
  return [...heapSites.values()]
    .filter(({ bytes }) => grewEachTime(bytes.slice(0, rounds + 1), leastBytes))
    .filter(({ bytes }) => growsOn(bytes, rounds, batches.slice(0, 1), BYTES_STILL_GROWING))
    .sort((a, b) => medianStep(b.bytes) - medianStep(a.bytes));
}

/** V8 learns what a site allocates and may need half the bytes for the same things (elements of an array, for one). */
const BYTES_STILL_GROWING = 0.3;

/** ArrayBuffers: smaller ones come and go with Node's own pool. */
const LEAST_BUFFER_BYTES = 64 * 1024;

export function isBufferMemorySuspect({ bufferBytes }: Readings): boolean {
  return grewEachTime(bufferBytes, LEAST_BUFFER_BYTES);
}

/** The measured counts, then one after each batch of further rounds. */
export function growsOn(
  counts: readonly number[],
  measured: number,
  batches: readonly number[],
  part?: number,
): boolean {
  const perRound = medianStep(counts.slice(0, measured + 1));
  return batches.every((rounds, i) => {
    const before = counts[measured + i];
    const after = counts[measured + i + 1];
    return before === undefined || after === undefined || wentOn(before, after, perRound, rounds, part);
  });
}

function isLeftOfEvery(things: readonly { round: number }[], rounds: number): boolean {
  const seen = new Set(things.map(({ round }) => round));
  for (let round = 1; round <= rounds; round++) if (!seen.has(round)) return false;
  return rounds > 0;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
