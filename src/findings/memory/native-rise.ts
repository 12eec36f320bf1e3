// Memory beyond the heap that rose by much and has slackened without having stopped: the end of a start, or a leak that
// malloc serves for a while from what it has free. Neither a leak nor health is claimed.
import type { Facts } from '../../analysis/facts.ts';
import type { NextMeasurement } from '../../model/finding.ts';
import { formatBytes, formatDuration } from '../../units/units.ts';
import { measureLonger } from '../next-measurement.ts';
import { NATIVE_MEMORY } from '../thresholds/memory.ts';

/** Its resident memory is still on the move, and most of that is native. */
export function isNativeUnsettled({ memory: { rss, native } }: Facts): boolean {
  const { leastShareOfRss, unsettled } = NATIVE_MEMORY;
  const rise = rss.last - rss.first;
  return (
    rss.pValue < unsettled.mostChance &&
    rise >= unsettled.leastRiseBytes &&
    rise >= rss.first * unsettled.leastRiseShare &&
    rss.lateSlopePerSecond >= rss.slopePerSecond * unsettled.leastLateShare &&
    native.last - native.first >= rise * leastShareOfRss
  );
}

export function nativeRiseReason({ memory: { rss, native }, lookSeconds }: Facts): string {
  return [
    `Resident memory rose from ${formatBytes(rss.first)} to ${formatBytes(rss.last)} in ${formatDuration(lookSeconds * 1_000)}, more slowly towards the end; ${formatBytes(native.last - native.first)} of that lies outside the heap and its buffers.`,
    'Start-up ends like this; so does a native leak while the allocator reuses memory that was freed before.',
  ].join(' ');
}

export const measureNativeRise = (facts: Facts): NextMeasurement =>
  measureLonger(facts, 'Whether memory outside the heap continues to grow.');
