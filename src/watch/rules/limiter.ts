// How often a rule may act: its state for one target, from what it did so far. The states are those of .NET's collection
// rules. https://learn.microsoft.com/dotnet/core/diagnostics/dotnet-monitor
import { formatCount, formatDuration } from '../../units/units.ts';
import type { RuleState } from '../../wire/watch/names.ts';
import type { RuleLimits } from '../config/watch-config.ts';

export interface RuleHistory {
  /** When the rule began for this target. */
  sinceMillis: number;
  /** When its actions ran; only as many are kept as a limit can count. */
  ranAtMillis: readonly number[];
  /** Runs in all. */
  runs: number;
  isActing: boolean;
}

export interface Limited {
  state: RuleState;
  /** Why it does not act, and when it will again; "" while it may. */
  reason: string;
}

export const freshHistory = (atMillis: number): RuleHistory => ({
  sinceMillis: atMillis,
  ranAtMillis: [],
  runs: 0,
  isActing: false,
});

export function stateOf(history: RuleHistory, limits: RuleLimits, atMillis: number): Limited {
  const { count, windowMillis, durationMillis } = limits;
  if (history.isActing) return { state: 'acting', reason: '' };
  if (durationMillis !== null && atMillis - history.sinceMillis >= durationMillis)
    return { state: 'finished', reason: `its duration of ${formatDuration(durationMillis)} is over` };
  if (windowMillis === null)
    return history.runs >= count
      ? { state: 'finished', reason: `it acted ${formatCount(count, 'time')}, which is its limit` }
      : { state: 'running', reason: '' };
  const recent = history.ranAtMillis.filter((at) => at > atMillis - windowMillis);
  if (recent.length < count) return { state: 'running', reason: '' };
  // Without a run there is nothing to wait for.
  const left = (recent.at(-count) ?? atMillis) + windowMillis - atMillis;
  const reason =
    count === 0
      ? 'its limit is 0 runs'
      : `it acted ${formatCount(count, 'time')} within ${formatDuration(windowMillis)}, which is its limit; it may act again in ${formatDuration(left)}`;
  return { state: 'throttled', reason };
}

export function started(history: RuleHistory, limits: RuleLimits, atMillis: number): RuleHistory {
  const ranAtMillis = [...history.ranAtMillis, atMillis].slice(-Math.max(1, limits.count));
  return { ...history, ranAtMillis, runs: history.runs + 1, isActing: true };
}
