// Entries that cost far more than is visible in them: a string that was cut from a longer one keeps all of that.
import type { GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import type { HeapGrowth } from '../../analysis/growth/heap-growth.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatBytes } from '../../units/units.ts';
import { CUT_TEXTS } from '../thresholds/memory.ts';

export interface CutTexts {
  /** What the heap rises by for each entry. */
  bytesPerEntry: number;
  /** What can be seen of one. */
  seenBytes: number;
}

/** Of a heap and of what fills it, as a `HeapCause` has them. */
interface Filled {
  growth: HeapGrowth;
  filled: GrowingCollection | null;
  isMeasured: boolean;
}

/** Null: the entries explain what they cost, or hold no text, or it is not known. */
export function cutTexts({ filled, growth, isMeasured }: Filled): CutTexts | null {
  const { entry, alike } = filled?.collection ?? {};
  if (!filled || !entry || entry.texts === 0 || alike !== undefined || !isMeasured) return null;
  const bytesPerEntry = growth.floor.slopePerSecond / filled.trend.slopePerSecond;
  const least = Math.max(CUT_TEXTS.leastBytes, entry.bytes * CUT_TEXTS.leastTimes);
  return bytesPerEntry >= least ? { bytesPerEntry, seenBytes: entry.bytes } : null;
}

export function cutTextsEvidence(cut: CutTexts | null): Evidence[] {
  if (!cut) return [];
  const [costs, seen] = [formatBytes(cut.bytesPerEntry), formatBytes(cut.seenBytes)];
  const statement = `the heap rises by about ${costs} for each entry, but an entry that culprit examined accounts for only about ${seen}`;
  return [{ source: 'census', statement, value: Math.round(cut.bytesPerEntry), unit: 'bytes' }];
}

export const FIND_PIECES =
  'These are whole strings. Often no code keeps them on purpose: if a part of one is kept (slice, substring, split, a match, a field of what a parser returned), V8 keeps the whole string. Look for such parts in long-lived objects, even if their number does not grow, and copy them: `Buffer.from(text).toString()`.';

export const COPY_TEXTS =
  'If its strings are cut from longer ones (slice, substring, split, a match, a parser), each keeps the whole original string alive. Copy a string before you keep it: `Buffer.from(text).toString()`.';
