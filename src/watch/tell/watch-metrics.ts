// What a watch exports to Prometheus: its targets, their findings, its rules, and what it costs itself.

import { ALARM_LEVELS, type ExporterName, RULE_STATES } from '../../wire/watch/names.ts';
import type { Slot } from '../follow/slots.ts';
import type { Reading } from '../passive/reading.ts';
import type { KnownFinding } from '../rules/known-findings.ts';
import type { Metrics } from '../rules/metric-kinds.ts';
import type { RuleView } from '../rules/rule-book.ts';
import type { Family, Series } from './metrics-text.ts';
import type { OutboxView } from './outbox.ts';

export interface WatchFacts {
  targets: readonly {
    slot: Pick<Slot, 'name' | 'process' | 'restartsInAll'>;
    reading: Reading | undefined;
    metrics: Metrics;
    findings: readonly KnownFinding[];
  }[];
  rules: readonly RuleView[];
  /** Of the webhooks, in order. */
  outboxes: readonly OutboxView[];
  exporters: readonly (OutboxView & { name: ExporterName })[];
  own: {
    version: string;
    cpuSeconds: number;
    lookCpuSeconds: number;
    residentBytes: number;
    looks: number;
    writeFailures: number;
    evidenceBytes: number;
  };
}

type Target = WatchFacts['targets'][number];

export function watchFamilies({ targets, rules, outboxes, exporters, own }: WatchFacts): Family[] {
  return [
    ...targetFamilies(targets),
    ...ruleFamilies(rules),
    ...outboxFamilies(outboxes),
    ...exporterFamilies(exporters),
    ...ownFamilies(own),
  ];
}

function targetFamilies(targets: readonly Target[]): Family[] {
  const of = (pick: (target: Target) => number | undefined): Series[] =>
    targets.flatMap((target) => {
      const value = pick(target);
      return value === undefined ? [] : [{ labels: { target: target.slot.name }, value }];
    });
  const seconds = (micros: number | undefined) => (micros === undefined ? undefined : micros / 1e6);
  const gauge = (name: string, help: string, pick: (target: Target) => number | undefined): Family => ({
    name: `culprit_target_${name}`,
    help,
    type: 'gauge',
    series: of(pick),
  });
  const counter = (name: string, help: string, pick: (target: Target) => number | undefined): Family => ({
    ...gauge(name, help, pick),
    type: 'counter',
  });
  return [
    gauge('up', 'Whether the process is there.', ({ slot }) => (slot.process ? 1 : 0)),
    counter('restarts_total', 'Processes that replaced one that ended.', ({ slot }) => slot.restartsInAll),
    counter('cpu_seconds_total', 'CPU time of this process, user and system.', ({ reading }) =>
      seconds(reading?.cpuMicros),
    ),
    gauge('resident_memory_bytes', 'Resident memory of the process.', ({ reading }) => reading?.rssBytes),
    gauge(
      'memory_used_bytes',
      'What counts against the memory limit: working set of its container, or its own anonymous memory.',
      ({ reading }) => reading?.memoryUsedBytes,
    ),
    gauge(
      'memory_limit_bytes',
      'Memory limit of its container, or memory of the machine.',
      ({ reading }) => reading?.memoryLimitBytes,
    ),
    gauge(
      'memory_limit_reached_seconds',
      'Time until the memory limit is reached at this rate; at most a day.',
      ({ metrics }) => millisToSeconds(metrics['memory.left']),
    ),
    gauge(
      'main_thread_busy_ratio',
      'Part of the time that the main thread runs.',
      ({ metrics }) => metrics['loop.busy'],
    ),
    gauge(
      'main_thread_waiting_ratio',
      'Part of the time that the main thread waits for a CPU.',
      ({ metrics }) => metrics['cpu.waiting'],
    ),
    gauge(
      'throttled_periods_ratio',
      'Share of the CPU periods that the quota throttled.',
      ({ metrics }) => metrics['cpu.throttled'],
    ),
    gauge('open_fds', 'Open file descriptors.', ({ reading }) => reading?.fdCount),
    gauge('max_fds', 'Limit of file descriptors.', ({ reading }) => reading?.fdLimit),
    {
      name: 'culprit_finding',
      help: 'A finding of the last captures of the process.',
      type: 'gauge',
      series: targets.flatMap(({ slot, findings }) =>
        findings.map(({ kind, fingerprint, severity }) => ({
          labels: { target: slot.name, kind, fingerprint, severity },
          value: 1,
        })),
      ),
    },
  ];
}

const millisToSeconds = (millis: number | undefined) => (millis === undefined ? undefined : millis / 1_000);

function ruleFamilies(rules: readonly RuleView[]): Family[] {
  return [
    {
      name: 'culprit_rule_state',
      help: 'State of a rule for a target: 1 for the current state, else 0.',
      type: 'gauge',
      series: rules.flatMap(({ rule, target, state }) =>
        RULE_STATES.map((each) => ({ labels: { target, rule, state: each }, value: each === state ? 1 : 0 })),
      ),
    },
    {
      name: 'culprit_alarm_level',
      help: 'Alarm of a rule: 0 ok, 1 warn, 2 critical.',
      type: 'gauge',
      series: rules.map(({ rule, target, level }) => ({
        labels: { target, rule },
        value: ALARM_LEVELS.indexOf(level),
      })),
    },
    {
      name: 'culprit_rule_runs_total',
      help: 'How often the actions of a rule ran.',
      type: 'counter',
      series: rules.map(({ rule, target, runs }) => ({ labels: { target, rule }, value: runs })),
    },
  ];
}

function outboxFamilies(outboxes: WatchFacts['outboxes']): Family[] {
  const of = (pick: (view: OutboxView) => number): Series[] =>
    outboxes.map((view, index) => ({ labels: { webhook: String(index) }, value: pick(view) }));
  return [
    {
      name: 'culprit_webhook_queued',
      help: 'Alerts that wait for a webhook.',
      type: 'gauge',
      series: of(({ queued }) => queued),
    },
    {
      name: 'culprit_webhook_sent_total',
      help: 'Alerts that a webhook accepted.',
      type: 'counter',
      series: of(({ sent }) => sent),
    },
    {
      name: 'culprit_webhook_lost_total',
      help: 'Alerts that a webhook refused, or that no longer fitted into the queue.',
      type: 'counter',
      series: of(({ lost }) => lost),
    },
  ];
}

function exporterFamilies(exporters: WatchFacts['exporters']): Family[] {
  const of = (pick: (view: OutboxView) => number): Series[] =>
    exporters.map(({ name, ...view }) => ({ labels: { exporter: name }, value: pick(view) }));
  return [
    {
      name: 'culprit_export_queued',
      help: 'Requests with metrics, events and profiles that wait for their receiver.',
      type: 'gauge',
      series: of(({ queued }) => queued),
    },
    {
      name: 'culprit_export_sent_total',
      help: 'Requests with metrics, events and profiles that their receiver accepted.',
      type: 'counter',
      series: of(({ sent }) => sent),
    },
    {
      name: 'culprit_export_lost_total',
      help: 'Requests with metrics, events and profiles that were rejected, or dropped because the queue was full.',
      type: 'counter',
      series: of(({ lost }) => lost),
    },
  ];
}

function ownFamilies({
  version,
  cpuSeconds,
  lookCpuSeconds,
  residentBytes,
  looks,
  writeFailures,
  evidenceBytes,
}: WatchFacts['own']): Family[] {
  const one = (name: string, help: string, type: Family['type'], value: number, labels = {}): Family => ({
    name: `culprit_watch_${name}`,
    help,
    type,
    series: [{ labels, value }],
  });
  return [
    one('build_info', 'Version of culprit.', 'gauge', 1, { version }),
    one('cpu_seconds_total', 'CPU time of the watcher itself.', 'counter', cpuSeconds),
    one('look_cpu_seconds_total', 'CPU time of the captures that it began.', 'counter', lookCpuSeconds),
    one('resident_memory_bytes', 'Resident memory of the watcher itself.', 'gauge', residentBytes),
    one('looks_total', 'Captures of processes.', 'counter', looks),
    one('write_failures_total', 'Files that could not be written.', 'counter', writeFailures),
    one('evidence_bytes', 'Evidence on disk.', 'gauge', evidenceBytes),
  ];
}
