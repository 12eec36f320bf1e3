// The `.cpuprofile` of old: nodes nested under `head`, times as `timestamps`. Node.js 8, WebStorm and v8-profiler wrote it.
// Made into V8's form of today.
import { asNumber, listIn, numberIn, objectIn, textIn } from '../../model/decode/unknown-json.ts';
import { createRawProfile, type RawProfile } from './raw-profile.ts';

/** V8 records 255 frames at most. */
const MAX_DEPTH = 2_000;

/** `content.head` is a node with its function in itself, not in a `callFrame`. */
export function fromLegacyProfile(content: Record<string, unknown>): RawProfile {
  const profile = createRawProfile();
  const nodeById = new Map<number, number>();
  const hits = new Map<number, number>();
  const pending: { node: unknown; parent: number; depth: number }[] = [
    { node: content.head, parent: 0, depth: 0 },
  ];
  for (const { node, parent, depth } of pending) {
    const id =
      parent === 0 || depth > MAX_DEPTH
        ? Math.max(parent, profile.root)
        : profile.node(parent, frameOf(node));
    const legacyId = numberIn(node, 'id');
    if (legacyId !== null) nodeById.set(legacyId, id);
    hits.set(id, (hits.get(id) ?? 0) + (numberIn(node, 'hitCount') ?? 0));
    for (const child of listIn(node, 'children')) pending.push({ node: child, parent: id, depth: depth + 1 });
  }
  const samples = listIn(content, 'samples');
  const times = timesOf(content, samples.length);
  samples.forEach((sample, i) => {
    const node = nodeById.get(asNumber(sample));
    if (node !== undefined) profile.sample(node, times[i] ?? Number.NaN);
  });
  const raw = profile.finish();
  // Without a time line the counts are all there is.
  if (raw.samples.length === 0) for (const node of raw.nodes) node.hitCount = hits.get(node.id) ?? 0;
  const [from, to] = [seconds(content, 'startTime'), seconds(content, 'endTime')];
  return raw.samples.length > 0 ? raw : { ...raw, startTime: from, endTime: to };
}

/** How a function was compiled, as V8 writes it before names for perf and DTrace, whose output some tools make into such files. */
const TIERS = /^(?:[~*^+]{1,2})(?=[^=])/;

/** Lines and columns were 1-based; 0 was none. */
function frameOf(node: unknown) {
  const url = textIn(node, 'url');
  return {
    functionName: textIn(node, 'functionName').replace(TIERS, '').trim(),
    url,
    lineNumber: url === '' ? -1 : (numberIn(node, 'lineNumber') ?? 0) - 1,
    columnNumber: url === '' ? -1 : (numberIn(node, 'columnNumber') ?? 0) - 1,
  };
}

/** In microseconds. Some tools left `timestamps` out: then samples are spread over the whole, as they were taken. */
function timesOf(content: Record<string, unknown>, count: number): number[] {
  const timestamps = listIn(content, 'timestamps').map(asNumber);
  if (timestamps.length >= count) return timestamps;
  const [from, to] = [seconds(content, 'startTime'), seconds(content, 'endTime')];
  const step = to > from ? (to - from) / count : 1_000;
  return Array.from({ length: count }, (_, i) => from + i * step);
}

/** `startTime` and `endTime` were in seconds. */
function seconds(content: Record<string, unknown>, key: string): number {
  return (numberIn(objectIn(content), key) ?? 0) * 1e6;
}
