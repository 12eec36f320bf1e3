// The closed lists of names that a watch configuration is made of. No validator is loaded with them.

/** What a rule can be about; watch/rules/metric-kinds.ts says what each is. */
export const WATCH_METRIC_NAMES = [
  'memory.share',
  'memory.left',
  'memory.rising',
  'memory.stalled',
  'memory.kills',
  'loop.busy',
  'cpu.throttled',
  'cpu.waiting',
  'fds.share',
  'pids.share',
  'restarts',
  'gone',
  'finding',
] as const;
export type WatchMetricName = (typeof WATCH_METRIC_NAMES)[number];

/** What a rule can do, besides running a program. */
export const WATCH_ACTION_NAMES = ['diagnose', 'flame', 'snapshot', 'report', 'triage', 'webhook'] as const;
export type WatchActionName = (typeof WATCH_ACTION_NAMES)[number];

/** What becomes of a rule for one target. */
export const RULE_STATES = ['running', 'acting', 'throttled', 'finished'] as const;
export type RuleState = (typeof RULE_STATES)[number];

/** How bad an alarm is; the least first. */
export const ALARM_LEVELS = ['ok', 'warn', 'critical'] as const;
export type AlarmLevel = (typeof ALARM_LEVELS)[number];

/** Where a watch sends what it knows, besides webhooks. */
export const EXPORTER_NAMES = ['otlp-metrics', 'otlp-events', 'pyroscope'] as const;
export type ExporterName = (typeof EXPORTER_NAMES)[number];

/** What a watch decides, does or notices. */
export const DECISION_NAMES = [
  'begin',
  'end',
  'found',
  'ended',
  'restarted',
  'dropped',
  'warn',
  'critical',
  'clear',
  'light',
  'diagnose',
  'flame',
  'snapshot',
  'report',
  'triage',
  'exec',
  'webhook',
  'export',
  'flight',
  'runbook',
  'verify',
  'undo',
  'escalate',
  'storage',
] as const;
export type DecisionName = (typeof DECISION_NAMES)[number];

export const DECISION_OUTCOMES = ['done', 'skipped', 'failed'] as const;
