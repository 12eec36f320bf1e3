// Entries that have a small part of a buffer each, which keeps the whole buffer.
import type { GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import type { Trend } from '../../analysis/statistics/trend.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatBytes } from '../../units/units.ts';
import { CUT_BUFFERS } from '../thresholds/memory.ts';

export interface CutBuffers {
  /** What an entry has of its buffer. */
  partBytes: number;
  /** What memory outside of the heap rises by for each entry. */
  bytesPerEntry: number;
  /** Of the collection once it is as full as it may be; null where nothing bounds it. */
  fullBytes: number | null;
}

/** Null: entries have no parts of larger buffers, or do not cost more than these. Parts of one buffer that many share cost little. */
export function cutBuffers(filled: GrowingCollection | null, external: Trend): CutBuffers | null {
  const { view, texts } = filled?.collection.entry ?? {};
  if (!filled || !view || texts === undefined) return null;
  const bytesPerEntry = external.slopePerSecond / filled.trend.slopePerSecond;
  const least = Math.max(CUT_BUFFERS.leastBytes, view.bytes * CUT_BUFFERS.leastTimes);
  if (bytesPerEntry < least || view.ofBytes < bytesPerEntry * CUT_BUFFERS.leastOfCost) return null;
  const entries = filled.filling && filled.trend.last + filled.filling.entriesLeft;
  return {
    partBytes: view.bytes,
    bytesPerEntry,
    fullBytes: entries === null ? null : entries * bytesPerEntry,
  };
}

export function cutBuffersEvidence(cut: CutBuffers | null): Evidence[] {
  if (!cut) return [];
  const { partBytes, bytesPerEntry, fullBytes } = cut;
  const full = fullBytes === null ? '' : `; when full, it would keep ${formatBytes(fullBytes)}`;
  return [
    {
      source: 'census',
      statement: `an entry that culprit inspected holds ${formatBytes(partBytes)} of a buffer, and memory rises by about ${formatBytes(bytesPerEntry)} for each entry${full}`,
      value: Math.round(bytesPerEntry),
      unit: 'bytes',
    },
  ];
}

export const COPY_BYTES =
  'Copy the few bytes that are kept with `Uint8Array.prototype.slice.call(part)`: what `buffer.slice()` and `subarray()` return keeps the whole buffer. `Buffer.from(part)` cuts small copies from a pool, of 64 KB from Node.js 24 on, and each keeps its whole pool.';
