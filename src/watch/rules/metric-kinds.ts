// What each metric is: its unit, which direction is bad, where an alarm ends, and its words. To add one: name it in
// wire/watch/names.ts, read it in passive/look-outside.ts, compute its value in passive/metrics-of.ts, and give it a rule in
// config/default-rules.ts.
import { formatCount, formatDuration, formatNumber, formatShare } from '../../units/units.ts';
import type { WatchMetricName } from '../../wire/watch/names.ts';

export interface MetricKind {
  /** `severity`: 1 is a warning, 2 critical. */
  unit: 'share' | 'millis' | 'count' | 'severity';
  /** Whether more or less of it is worse. */
  worse: 'more' | 'less';
  /** An alarm ends at this part of its threshold, so that a value at its edge does not flap. */
  clearAt: number;
  say(value: number): string;
}

const share = (what: string, clearAt = 0.9): MetricKind => ({
  unit: 'share',
  worse: 'more',
  clearAt,
  say: (value) => `${formatShare(value)} ${what}`,
});

export const METRIC_KINDS: Readonly<Record<WatchMetricName, MetricKind>> = {
  'memory.share': share('of the memory limit is used'),
  'memory.left': {
    unit: 'millis',
    worse: 'less',
    clearAt: 1.5,
    say: (value) => `at this rate the memory limit is reached in ${formatDuration(value)}`,
  },
  'memory.rising': share('of the time its memory rose, and it never fell back'),
  'memory.stalled': share('of the time everything waits for memory'),
  'memory.kills': {
    unit: 'count',
    worse: 'more',
    clearAt: 1,
    say: (value) =>
      `memory ran out, and the kernel killed ${value === 1 ? 'a process' : `${formatNumber(value)} processes`}`,
  },
  'loop.busy': share('of the time the main thread runs'),
  'cpu.throttled': share('of its CPU periods are throttled by the quota'),
  'cpu.waiting': share('of the time the main thread waits for a CPU'),
  'fds.share': share('of the file descriptors are in use'),
  'pids.share': share('of the processes and threads that its container may have are in use'),
  restarts: {
    unit: 'count',
    worse: 'more',
    clearAt: 1,
    say: (value) => `it was restarted ${formatCount(value, 'time')} in 10 min`,
  },
  gone: {
    unit: 'millis',
    worse: 'more',
    clearAt: 1,
    say: (value) => `it has been gone for ${formatDuration(value)}`,
  },
  finding: {
    unit: 'severity',
    worse: 'more',
    clearAt: 1,
    say: (value) => `a capture found something ${value >= 2 ? 'critical' : 'new'}`,
  },
};

/** In the unit of a metric: closer to what is usual, nothing is odd. */
export const LEAST_SPREAD: Readonly<Record<MetricKind['unit'], number>> = {
  share: 0.01,
  millis: 60_000,
  count: 1,
  severity: 1,
};

export function sayValue(value: number, unit: MetricKind['unit']): string {
  switch (unit) {
    case 'share':
      return formatShare(value);
    case 'millis':
      return formatDuration(value);
    case 'count':
    case 'severity':
      return String(value);
  }
}

/** Values of one target at one moment, in the units above. Absent: unknown. */
export type Metrics = Partial<Record<WatchMetricName, number>>;
