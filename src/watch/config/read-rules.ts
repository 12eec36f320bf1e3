// The rules of a configuration over those that hold anyway: a rule with a known name changes that one, another is added.
import { DEFAULTS } from '../../defaults.ts';
import { UsageError } from '../../errors.ts';
import { DAY_MILLIS, parseDuration } from '../../units/duration.ts';
import type { RuleWords } from '../../wire/watch/config.ts';
import { METRIC_KINDS } from '../rules/metric-kinds.ts';
import { DEFAULT_LIMITS } from './default-rules.ts';
import type { ExecAction, RuleLimits, WatchAction, WatchRule } from './watch-config.ts';

const EXEC_MILLIS = 60_000;
const SEVERITY_WORDS: Readonly<Record<string, number>> = { warning: 1, critical: 2 };

/** Throws UsageError. */
export function readRules(
  words: readonly RuleWords[],
  defaults: readonly WatchRule[],
  hasWebhooks: boolean,
): WatchRule[] {
  const rules = new Map(defaults.map((rule) => [rule.name, rule]));
  const named = new Set<string>();
  for (const each of words) {
    if (named.has(each.name))
      throw new UsageError(`Two rules are named "${each.name}".`, 'Give each a name of its own.');
    named.add(each.name);
    if (each.off) rules.delete(each.name);
    else rules.set(each.name, readRule(each, rules.get(each.name)));
    if (!hasWebhooks && each.actions?.includes('webhook'))
      throw new UsageError(
        `The rule "${each.name}" has the action webhook, but there are no webhooks.`,
        'Add "webhooks": [{ "url": "http://alertmanager:9093/api/v2/alerts" }].',
      );
  }
  return [...rules.values()];
}

function readRule(words: RuleWords, known: WatchRule | undefined): WatchRule {
  const { name } = words;
  const metric = words.metric ?? known?.metric;
  if (metric === undefined)
    throw new UsageError(
      `The rule "${name}" has no metric.`,
      'Say what it is about, as "metric": "memory.share".',
    );
  // Thresholds of another metric, or of another way to judge it, mean nothing.
  const isAlike = known?.metric === metric && (known.band !== undefined) === (words.band !== undefined);
  const base = isAlike ? known : undefined;
  const rule: WatchRule = {
    name,
    metric,
    ...(words.band ? bandOf(words, words.band) : thresholds(words, metric, base)),
    holdMillis: time(words.for, known?.holdMillis ?? 30_000, `${name}: for`),
    clearMillis: time(words.clearAfter, known?.clearMillis ?? 60_000, `${name}: clearAfter`),
    confirm: words.confirm ?? known?.confirm ?? false,
    actions: words.actions?.map((action) => readAction(action, name)) ??
      known?.actions ?? [{ do: 'diagnose' }],
    limits: readLimits(words.limits, known?.limits ?? DEFAULT_LIMITS, name),
  };
  checkThresholds(rule);
  checkActions(rule);
  return rule;
}

function thresholds(
  words: RuleWords,
  metric: WatchRule['metric'],
  base: WatchRule | undefined,
): Pick<WatchRule, 'warn' | 'critical'> {
  const read = (level: 'warn' | 'critical') => {
    const given = words[level];
    return given === undefined ? base?.[level] : readThreshold(given, metric, `${words.name}: ${level}`);
  };
  const [warn, critical] = [read('warn'), read('critical')];
  return { ...(warn !== undefined && { warn }), ...(critical !== undefined && { critical }) };
}

/** Of normal noise, one value in 300,000 is farther out than 4.5 widths. */
const BAND = { warn: 6, days: 3 };
/** Judged by rate already, or counted so seldom that nothing is usual. */
const WITHOUT_BAND: ReadonlySet<WatchRule['metric']> = new Set([
  'finding',
  'gone',
  'restarts',
  'memory.kills',
]);

function bandOf(
  { name, metric, warn, critical }: RuleWords,
  band: NonNullable<RuleWords['band']>,
): Pick<WatchRule, 'warn' | 'critical' | 'band'> {
  if (warn !== undefined || critical !== undefined)
    throw new UsageError(
      `The rule "${name}" has both thresholds and a band.`,
      'Move warn and critical into the band, or remove the band.',
    );
  if (metric === undefined || WITHOUT_BAND.has(metric))
    throw new UsageError(
      `The rule "${name}" cannot learn what is usual for ${metric ?? 'no metric'}.`,
      'Take a metric that is measured all the time, such as loop.busy.',
    );
  return {
    warn: band.warn ?? Math.min(BAND.warn, band.critical ?? BAND.warn),
    ...(band.critical !== undefined && { critical: band.critical }),
    band: { days: band.days ?? BAND.days },
  };
}

const EXAMPLES = {
  share: '"80%"',
  millis: '"10m"',
  count: '3',
  severity: '"warning" or "critical"',
} as const;

function readThreshold(given: string | number, metric: WatchRule['metric'], place: string): number {
  const { unit } = METRIC_KINDS[metric];
  const value = threshold(String(given).trim(), unit);
  if (value !== undefined && value > 0) return value;
  throw new UsageError(
    `${place} ${given} is not a threshold for ${metric}.`,
    `Write it as ${EXAMPLES[unit]}.`,
  );
}

function threshold(text: string, unit: keyof typeof EXAMPLES): number | undefined {
  switch (unit) {
    case 'share': {
      const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text)?.[1];
      return percent === undefined || Number(percent) > 100 ? undefined : Number(percent) / 100;
    }
    case 'millis':
      return /[a-z]/i.test(text) ? parseDuration(text) : undefined;
    case 'count':
      return /^\d+$/.test(text) ? Number(text) : undefined;
    case 'severity':
      return Object.hasOwn(SEVERITY_WORDS, text) ? SEVERITY_WORDS[text] : undefined;
  }
}

function checkThresholds({ name, metric, band, warn, critical }: WatchRule): void {
  if (warn === undefined && critical === undefined)
    throw new UsageError(
      `The rule "${name}" has neither warn nor critical, so it would never act.`,
      'Give one of them.',
    );
  if (warn === undefined || critical === undefined) return;
  const isMore = band !== undefined || METRIC_KINDS[metric].worse === 'more';
  const isWrong = isMore ? critical < warn : critical > warn;
  if (isWrong)
    throw new UsageError(`The rule "${name}" is critical before it warns.`, 'Swap warn and critical.');
}

/** Each may use what the ones before made. */
function checkActions({ name, actions, confirm }: WatchRule): void {
  const before = new Set<string>();
  for (const action of actions) {
    if (action.do === 'flame' && !before.has('diagnose') && !before.has('snapshot'))
      throw new UsageError(
        `The rule "${name}" has the action "flame" before any action that makes a recording.`,
        'Put "diagnose" before "flame".',
      );
    if (action.do === 'report' && !before.has('diagnose') && !before.has('triage'))
      throw new UsageError(
        `The rule "${name}" has the action "report" before any action that makes a report.`,
        'Put "diagnose" or "triage" before "report".',
      );
    before.add(action.do);
  }
  if (confirm && !before.has('diagnose'))
    throw new UsageError(
      `The rule "${name}" requires confirmation, but none of its actions makes a diagnosis.`,
      'Add "diagnose" to its actions.',
    );
}

function readAction(words: NonNullable<RuleWords['actions']>[number], name: string): WatchAction {
  if (words === 'snapshot') return { do: words, maxPauseMillis: DEFAULTS.capture.maxPauseMillis };
  if (typeof words === 'string') return { do: words };
  if ('snapshot' in words)
    return { do: 'snapshot', maxPauseMillis: time(words.snapshot.maxPause, 0, `${name}: maxPause`) };
  return readExec(words, name);
}

/** `place` is who runs it. Throws UsageError. */
export function readExec(words: { exec: string[]; timeout?: string | undefined }, place: string): ExecAction {
  return {
    do: 'exec',
    command: words.exec,
    timeoutMillis: time(words.timeout, EXEC_MILLIS, `${place}: timeout`),
  };
}

function readLimits(words: RuleWords['limits'], known: RuleLimits, name: string): RuleLimits {
  const windowMillis =
    words?.window === 'none'
      ? null
      : words?.window === undefined
        ? known.windowMillis
        : time(words.window, 0, `${name}: limits.window`);
  const limits = {
    count: words?.count ?? known.count,
    windowMillis,
    durationMillis:
      words?.duration === undefined
        ? known.durationMillis
        : time(words.duration, 0, `${name}: limits.duration`),
  };
  if (windowMillis !== null && windowMillis < LEAST_WINDOW)
    throw new UsageError(`${name}: limits.window is shorter than a capture takes.`, 'Give a minute or more.');
  if (limits.durationMillis === 0)
    throw new UsageError(
      `${name}: limits.duration is 0: the rule would never run.`,
      'Turn it off with "off": true.',
    );
  return limits;
}

const LEAST_WINDOW = 60_000;
const MOST_MILLIS = 365 * DAY_MILLIS;

function time(text: string | undefined, otherwise: number, place: string): number {
  const millis = text === undefined ? otherwise : (parseDuration(text) ?? 0);
  if (millis > MOST_MILLIS) throw new UsageError(`${place} ${text} is more than a year.`, 'Give less.');
  return millis;
}
