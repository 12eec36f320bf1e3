// What a watch is to do, in numbers: made of the words of a configuration by read-config.ts. Times are milliseconds, sizes
// bytes, shares 0..1.
import type { FindingKind } from '../../model/finding.ts';
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
  /** Null: nothing is sent. */
  otlp: OtlpConfig | null;
  /** Null: no profiles are kept besides the evidence. */
  profiles: ProfilesConfig | null;
  /** Null: no flight recorder. */
  flight: FlightConfig | null;
  runbooks: Runbook[];
  /** Programs are not run: the log says which would have been. */
  isDryRun: boolean;
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
  /** Judges how far the metric is from what is usual at this hour, and `warn` and `critical` are widths of its spread. */
  band?: BandConfig;
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

export interface BandConfig {
  /** Without values of this hour from so many different days, nothing is judged. */
  days: number;
}

export interface OtlpConfig {
  /** Null: not sent. */
  metricsUrl: string | null;
  eventsUrl: string | null;
  tokenFile?: string;
  everyMillis: number;
  attributes: Readonly<Record<string, string>>;
}

export interface ProfilesConfig {
  folder: string;
  quotaBytes: number;
  pyroscope: PyroscopeConfig | null;
  labels: Readonly<Record<string, string>>;
}

export interface PyroscopeConfig {
  /** Of the push endpoint. */
  url: string;
  tokenFile?: string;
  tenant?: string;
}

export interface FlightConfig {
  /** Of the main thread, 0..1. */
  busyShare: number;
  windowMillis: number;
  keep: number;
  quotaBytes: number;
}

export interface Runbook {
  name: string;
  finding: FindingKind;
  run: ExecAction;
  undo: ExecAction | null;
  verifyMillis: number;
  limits: RuleLimits;
}
