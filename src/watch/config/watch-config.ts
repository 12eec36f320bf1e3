// What a watch is to do, in numbers: made of the words of a configuration by read-config.ts. Times are milliseconds, sizes
// bytes, shares 0..1.
import type { WatchActionName, WatchMetricName } from '../../wire/watch/names.ts';

export interface WatchConfig {
  /** As on the command line; empty with `all`. */
  targets: string[];
  /** All Node.js processes here. */
  all: boolean;
  intervalMillis: number;
  /** Evidence, state and the decision log lie here. */
  folder: string;
  quotaBytes: number;
  logs: string[];
  /** Null: no light looks. */
  light: LightConfig | null;
  rules: WatchRule[];
  webhooks: Webhook[];
  /** Null: nothing listens. */
  metrics: MetricsConfig | null;
}

export interface LightConfig {
  everyMillis: number;
  durationMillis: number;
}

export interface WatchRule {
  name: string;
  metric: WatchMetricName;
  /** In the unit of the metric; absent: this level is never reached. */
  warn?: number;
  critical?: number;
  /** So long the threshold has to be crossed before the alarm. */
  holdMillis: number;
  /** So long all has to be well before it ends. */
  clearMillis: number;
  /** What follows `diagnose` happens only when the diagnosis names a cause. */
  confirm: boolean;
  actions: WatchAction[];
  limits: RuleLimits;
}

export type WatchAction = { do: Exclude<WatchActionName, 'snapshot'> } | SnapshotAction | ExecAction;

export interface SnapshotAction {
  do: 'snapshot';
  /** A snapshot that is estimated to hold the process for longer is not taken. */
  maxPauseMillis: number;
}

export interface ExecAction {
  do: 'exec';
  command: readonly string[];
  timeoutMillis: number;
}

export interface RuleLimits {
  /** Runs of the actions, for each target. */
  count: number;
  /** Within so long; null: in all. */
  windowMillis: number | null;
  /** So long after the watch began the rule is finished; null: never. */
  durationMillis: number | null;
}

export interface Webhook {
  url: string;
  tokenFile?: string;
}

export interface MetricsConfig {
  host: string;
  port: number;
  tokenFile?: string;
}
