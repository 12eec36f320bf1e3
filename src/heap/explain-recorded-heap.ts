// The heap snapshots of a recording: what holds the collections that were seen to grow, and what grew from one snapshot to
// the next.
import { explainHeapObjects } from '../analysis/heap/suspects.ts';
import { CulpritError } from '../errors.ts';
import { computeDominators } from '../model/heap/dominators.ts';
import { type HeapPlace, placesInCollection } from '../model/heap/heap-report.ts';
import type { RecordedHeap } from '../model/heap/recorded-heap.ts';
import { resolveHeapPlaces } from '../recording/heap/heap-places.ts';
import type { RecordedSnapshot, Recording } from '../recording/reader.ts';
import { explainHeapGraphs } from './explain-heap.ts';

/** Rows of growth that are worth keeping. */
const MOST_GROWTH = 5;

/** Never throws for a snapshot that cannot be used: that is a warning in the recording. */
export async function explainRecordedHeap(recording: Recording): Promise<RecordedHeap> {
  const explained: RecordedHeap = { holders: [], growth: [] };
  const threads = new Set(recording.snapshots.map(({ file }) => file.thread));
  for (const thread of threads) {
    const snapshots = recording.snapshots.filter(({ file }) => file.thread === thread);
    try {
      explained.holders.push(...(await findHolders(recording, thread, snapshots.at(-1)!)));
      explained.growth.push(...(await findGrowth(thread, snapshots)));
    } catch (error) {
      if (!(error instanceof CulpritError)) throw error;
      recording.warnings.push({ code: 'snapshot-not-readable', reason: error.message });
    }
  }
  shortenPlaces(explained, recording.manifest.target.cwd);
  return explained;
}

async function findHolders(
  { lines }: Recording,
  thread: number,
  snapshot: RecordedSnapshot,
): Promise<RecordedHeap['holders']> {
  const taken = lines.find(
    (line) => line.type === 'snapshot' && line.thread === thread && line.path === snapshot.file.path,
  );
  if (taken?.type !== 'snapshot' || taken.suspects.length === 0) return [];
  const graph = await snapshot.read();
  const held = explainHeapObjects(
    graph,
    computeDominators(graph),
    taken.suspects.map(({ node }) => node),
  );
  return taken.suspects.flatMap(({ collection, node }) => {
    const found = held.get(node);
    return found ? [{ thread, collection, held: found }] : [];
  });
}

async function findGrowth(
  thread: number,
  snapshots: readonly RecordedSnapshot[],
): Promise<RecordedHeap['growth']> {
  if (snapshots.length < 2) return [];
  const sources = snapshots.map(({ file, read }) => ({ path: file.path, read }));
  const { growth } = await explainHeapGraphs(sources, { top: MOST_GROWTH, showStrings: false });
  return growth.filter(({ isMinor }) => !isMinor).map((found) => ({ thread, growth: found }));
}

/** Places become lines a person would look for, relative to the folder the program runs in. */
function shortenPlaces({ holders, growth }: RecordedHeap, folder: string): void {
  const collections = [...holders.map(({ held }) => held), ...growth.map((found) => found.growth.collection)];
  const places = [...new Set<HeapPlace>(collections.flatMap(placesInCollection))];
  resolveHeapPlaces(places);
  const prefix = folder === '' ? '' : `${folder.replace(/\/$/, '')}/`;
  for (const place of places)
    if (prefix !== '' && place.file.startsWith(prefix)) place.file = place.file.slice(prefix.length);
}
