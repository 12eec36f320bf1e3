// All rules for all targets: values in, what happened out. It keeps each alarm and how often each rule acted; times go to
// disk as ages, because no clock is the same after a restart.
import type { AlarmLevel } from '../../wire/watch/names.ts';
import type { WatchState } from '../../wire/watch/state.ts';
import type { WatchRule } from '../config/watch-config.ts';
import { type Alarm, quietAlarm, step } from './alarm.ts';
import type { Deviation } from './bands.ts';
import { freshHistory, type Limited, type RuleHistory, started, stateOf } from './limiter.ts';
import { METRIC_KINDS, type Metrics } from './metric-kinds.ts';

/** An alarm that rose, fell or ended. */
export interface Occurrence {
  rule: WatchRule;
  target: string;
  from: AlarmLevel;
  to: AlarmLevel;
  /** In words, with the numbers. */
  why: string;
}

export interface RuleView extends Limited {
  rule: string;
  target: string;
  level: AlarmLevel;
  value: number | null;
  runs: number;
}

/** One rule for one target as it lies on disk. */
export type SavedRule = WatchState['rules'][number];

export interface RuleBook {
  judge(target: string, now: Judged): Occurrence[];
  /** What was measured of a process that is gone holds no longer. */
  processEnded(target: string, atMillis: number): Occurrence[];
  /** It is followed no more. */
  forget(target: string, atMillis: number): Occurrence[];
  levelOf(rule: WatchRule, target: string): AlarmLevel;
  limited(rule: WatchRule, target: string, atMillis: number): Limited;
  started(rule: WatchRule, target: string, atMillis: number): void;
  done(rule: WatchRule, target: string): void;
  list(atMillis: number): RuleView[];
  save(atMillis: number): SavedRule[];
}

export interface Judged {
  metrics: Metrics;
  /** For rules with a band. */
  deviation?: (rule: WatchRule) => Deviation | undefined;
  atMillis: number;
}

interface Entry {
  alarm: Alarm;
  history: RuleHistory;
}

/** Of the service, not of one process of it. */
const OUTLIVE_THE_PROCESS: ReadonlySet<WatchRule['metric']> = new Set([
  'restarts',
  'gone',
  'memory.kills',
  'finding',
]);

/** `saved` is what `save()` gave, `awayMillis` how long ago. Rules that are no more are left out. */
export function createRuleBook(
  rules: readonly WatchRule[],
  {
    saved = [],
    awayMillis = 0,
    atMillis,
  }: { saved?: readonly SavedRule[]; awayMillis?: number; atMillis: number },
): RuleBook {
  const entries = new Map<string, Map<string, Entry>>();
  for (const each of saved) {
    const rule = rules.find(({ name }) => name === each.rule);
    if (rule) Object.assign(entryOf(rule, each.target, atMillis), restored(each, atMillis - awayMillis));
  }

  function entryOf(rule: WatchRule, target: string, at: number): Entry {
    const ofTarget = entries.get(target) ?? new Map<string, Entry>();
    entries.set(target, ofTarget);
    const entry = ofTarget.get(rule.name) ?? { alarm: quietAlarm(at), history: freshHistory(at) };
    ofTarget.set(rule.name, entry);
    return entry;
  }

  function judge(target: string, { metrics, deviation, atMillis: at }: Judged): Occurrence[] {
    return rules.flatMap((rule) => {
      const entry = entryOf(rule, target, at);
      const odd = rule.band ? deviation?.(rule) : undefined;
      const known = rule.band ? odd?.widths : metrics[rule.metric];
      const { alarm, transition } = step(entry.alarm, rule, { value: known, atMillis: at });
      entry.alarm = alarm;
      if (!transition) return [];
      const { from, to, value } = transition;
      return [{ rule, target, from, to, why: odd?.why ?? METRIC_KINDS[rule.metric].say(value) }];
    });
  }

  function end(target: string, at: number, why: string, ends: (rule: WatchRule) => boolean): Occurrence[] {
    return rules.filter(ends).flatMap((rule): Occurrence[] => {
      const entry = entryOf(rule, target, at);
      const { level } = entry.alarm;
      entry.alarm = quietAlarm(at);
      return level === 'ok' ? [] : [{ rule, target, from: level, to: 'ok', why }];
    });
  }

  const each = <T>(make: (entry: Entry, rule: WatchRule, target: string) => T): T[] =>
    [...entries].flatMap(([target, ofTarget]) =>
      rules.flatMap((rule) => {
        const entry = ofTarget.get(rule.name);
        return entry ? [make(entry, rule, target)] : [];
      }),
    );

  return {
    judge,
    processEnded: (target, at) =>
      end(target, at, 'the process ended', ({ metric }) => !OUTLIVE_THE_PROCESS.has(metric)),
    forget(target, at) {
      const ended = end(target, at, 'culprit no longer follows it', () => true);
      entries.delete(target);
      return ended;
    },
    levelOf: (rule, target) => entries.get(target)?.get(rule.name)?.alarm.level ?? 'ok',
    limited: (rule, target, at) => stateOf(entryOf(rule, target, at).history, rule.limits, at),
    started(rule, target, at) {
      const entry = entryOf(rule, target, at);
      entry.history = started(entry.history, rule.limits, at);
    },
    done(rule, target) {
      const entry = entries.get(target)?.get(rule.name);
      if (entry) entry.history = { ...entry.history, isActing: false };
    },
    list: (at) =>
      each(({ alarm, history }, rule, target) => ({
        rule: rule.name,
        target,
        level: alarm.level,
        value: alarm.value,
        runs: history.runs,
        ...stateOf(history, rule.limits, at),
      })),
    save: (at) => each((entry, rule, target) => ({ target, ...saveOne(rule, entry, at) })),
  };
}

function saveOne(rule: WatchRule, { alarm, history }: Entry, at: number): Omit<SavedRule, 'target'> {
  return {
    rule: rule.name,
    level: alarm.level,
    levelAgeMillis: Math.round(at - alarm.sinceMillis),
    ageMillis: Math.round(at - history.sinceMillis),
    ranAgoMillis: history.ranAtMillis.map((ran) => Math.round(at - ran)),
    runs: history.runs,
    ...stateOf(history, rule.limits, at),
  };
}

/** What was acting when the watcher died is not acting now. */
function restored(saved: SavedRule, savedAtMillis: number): Entry {
  return {
    alarm: {
      level: saved.level,
      sinceMillis: savedAtMillis - saved.levelAgeMillis,
      pending: null,
      value: null,
    },
    history: {
      sinceMillis: savedAtMillis - saved.ageMillis,
      ranAtMillis: saved.ranAgoMillis.map((ago) => savedAtMillis - ago),
      runs: saved.runs,
      isActing: false,
    },
  };
}
