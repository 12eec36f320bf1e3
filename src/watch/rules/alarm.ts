// One rule for one target: from values to an alarm. It rises when a threshold has been crossed for the whole hold-down, and
// ends when the value has been well on the other side for a while (hysteresis).
import type { AlarmLevel } from '../../wire/watch/names.ts';
import type { WatchRule } from '../config/watch-config.ts';
import { METRIC_KINDS } from './metric-kinds.ts';

export interface Alarm {
  level: AlarmLevel;
  /** When it reached this level. */
  sinceMillis: number;
  /** A level that is being held, not yet reached. */
  pending: { level: AlarmLevel; sinceMillis: number } | null;
  /** The last value that is known. */
  value: number | null;
}

export interface Transition {
  from: AlarmLevel;
  to: AlarmLevel;
  value: number;
}

export const quietAlarm = (atMillis: number): Alarm => ({
  level: 'ok',
  sinceMillis: atMillis,
  pending: null,
  value: null,
});

type Thresholds = Pick<WatchRule, 'metric' | 'band' | 'warn' | 'critical' | 'holdMillis' | 'clearMillis'>;

/** Widths of a spread: of all metrics, more is farther out. */
const OF_BAND = { worse: 'more', clearAt: 0.75 } as const;

const HEIGHT: Readonly<Record<AlarmLevel, number>> = { ok: 0, warn: 1, critical: 2 };

/** The alarm after `value`, and the step it took. An unknown value changes nothing, and starts a hold-down anew. */
export function step(
  alarm: Alarm,
  rule: Thresholds,
  now: { value: number | undefined; atMillis: number },
): { alarm: Alarm; transition: Transition | null } {
  const { value, atMillis } = now;
  if (value === undefined) return { alarm: { ...alarm, pending: null }, transition: null };
  const level = levelOf(value, rule, alarm.level);
  if (level === alarm.level) return { alarm: { ...alarm, pending: null, value }, transition: null };
  const sinceMillis = pendingSince(alarm, level, atMillis);
  const wait = HEIGHT[level] > HEIGHT[alarm.level] ? rule.holdMillis : rule.clearMillis;
  if (atMillis - sinceMillis < wait)
    return { alarm: { ...alarm, pending: { level, sinceMillis }, value }, transition: null };
  return {
    alarm: { level, sinceMillis: atMillis, pending: null, value },
    transition: { from: alarm.level, to: level, value },
  };
}

/** On the way up, time spent at critical also counts for warn; in both directions a turn starts anew. */
function pendingSince(alarm: Alarm, level: AlarmLevel, atMillis: number): number {
  const { pending } = alarm;
  if (!pending) return atMillis;
  const isUp = HEIGHT[level] > HEIGHT[alarm.level];
  const wasUp = HEIGHT[pending.level] > HEIGHT[alarm.level];
  if (isUp !== wasUp) return atMillis;
  const isHarder = isUp ? HEIGHT[level] > HEIGHT[pending.level] : HEIGHT[level] < HEIGHT[pending.level];
  return isHarder ? atMillis : pending.sinceMillis;
}

function levelOf(value: number, rule: Thresholds, current: AlarmLevel): AlarmLevel {
  const { worse, clearAt } = rule.band ? OF_BAND : METRIC_KINDS[rule.metric];
  const isBeyond = (threshold: number | undefined, level: AlarmLevel) => {
    if (threshold === undefined) return false;
    const isReached = HEIGHT[current] >= HEIGHT[level];
    const edge = isReached ? threshold * clearAt : threshold;
    // At an edge that is the threshold itself, the alarm holds.
    return worse === 'more' ? value >= edge : value <= edge;
  };
  if (isBeyond(rule.critical, 'critical')) return 'critical';
  return isBeyond(rule.warn, 'warn') ? 'warn' : 'ok';
}
