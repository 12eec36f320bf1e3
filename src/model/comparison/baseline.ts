// A stored baseline: what one side of a comparison cost, kept in a file so that a later head can be compared with it.
import type { MachineClass } from '../../wire/report/comparison.ts';
import type { MetricName } from './run.ts';

export type { MachineClass } from '../../wire/report/comparison.ts';

/** Mean of the runs and its interval, in the metric's unit. */
export interface BaselineMetric {
  value: number;
  low: number;
  high: number;
}

/** `culprit.baseline.json`, version 1. */
export interface Baseline {
  format: 'culprit-baseline';
  formatVersion: 1;
  toolVersion: string;
  /** ISO 8601. */
  storedAt: string;
  label: string;
  commit: string | null;
  runs: number;
  nodeVersions: string[];
  /** null: not known; nothing that was measured can be held against it then. */
  machine: MachineClass | null;
  /** What costs are counted by. */
  per: 'request' | 'second' | 'run';
  confidence: number;
  /** Only those with an interval. */
  metrics: Partial<Record<MetricName, BaselineMetric>>;
  /** Fingerprints of all findings of that side; null: findings could not be judged. */
  findings: string[] | null;
}
