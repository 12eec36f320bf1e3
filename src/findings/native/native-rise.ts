// Memory outside the heap that rose by much and has slowed without having stopped: the end of start-up, or a leak that
// malloc serves for a while from memory freed before. Neither a leak nor health is claimed.
import type { Facts } from '../../analysis/facts.ts';
import type { NextMeasurement } from '../../model/finding.ts';
import { formatBytes, formatDuration } from '../../units/units.ts';
import { measureLonger } from '../next-measurement.ts';
import { NATIVE_MEMORY } from '../thresholds/memory.ts';

/** Its resident memory is still on the move, and most of that is native. */
export function isNativeUnsettled({ memory, observations }: Facts): boolean {
  // Writing a snapshot takes several times the heap, and V8 keeps it for a while.
  if (observations.capture.steps.includes('snapshot')) return false;
  const { rssBesideWorkers: rss } = memory;
  const { leastShareOfRss, unsettled } = NATIVE_MEMORY;
  const rise = rss.last - rss.first;
  return (
    rss.pValue < unsettled.mostChance &&
    rise >= unsettled.leastRiseBytes &&
    rise >= rss.first * unsettled.leastRiseShare &&
    rss.lateSlopePerSecond >= rss.slopePerSecond * unsettled.leastLateShare &&
    outsideHeap({ ...memory, rss }) >= rise * leastShareOfRss
  );
}

/** Of the rise: beyond the heap and the buffers that V8 knows of; pages of files are part of it. */
function outsideHeap({ rss, heapTotal, external, native }: Facts['memory']): number {
  const known = Math.max(0, heapTotal.last - heapTotal.first) + Math.max(0, external.last - external.first);
  return Math.max(native.last - native.first, rss.last - rss.first - known);
}

export function nativeRiseReason({ memory, lookSeconds }: Facts): string {
  const { rss, files } = memory;
  const isSteady = rss.lateSlopePerSecond >= rss.slopePerSecond * NATIVE_MEMORY.unsettled.steadyShare;
  const pace = isSteady
    ? `at ${formatBytes(rss.slopePerSecond)}/s until the end`
    : 'more slowly towards the end';
  const ofFiles = files.last - files.first;
  const inFiles =
    ofFiles >= NATIVE_MEMORY.unsettled.leastOfFilesBytes
      ? ` (${formatBytes(ofFiles)} of it are pages of files)`
      : '';
  return [
    `Resident memory rose from ${formatBytes(rss.first)} to ${formatBytes(rss.last)} in ${formatDuration(lookSeconds * 1_000)}, ${pace}; ${formatBytes(outsideHeap(memory))} of that lies outside the heap and its buffers${inFiles}.`,
    'The end of start-up looks like this, and so does a native leak while the allocator reuses freed memory.',
  ].join(' ');
}

export const measureNativeRise = (facts: Facts): NextMeasurement =>
  measureLonger(facts, 'Whether memory outside the heap continues to grow.');
