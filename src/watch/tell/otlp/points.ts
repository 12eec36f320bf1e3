// What a watch knows, as metrics of OpenTelemetry: those of a process by its semantic conventions, the rest under names of our
// own. One resource for each target, and one for the watcher itself.
// https://opentelemetry.io/docs/specs/semconv/system/process-metrics/
import { ALARM_LEVELS } from '../../../wire/watch/names.ts';
import type { WatchFacts } from '../watch-metrics.ts';

export interface Metric {
  name: string;
  description: string;
  /** UCUM. */
  unit: string;
  /** `total` only goes up, `amount` can be added up over processes, `value` cannot. */
  is: 'total' | 'amount' | 'value';
  points: { value: number; attributes: Record<string, string> }[];
}

/** Whose metrics they are. */
export type MetricOwner =
  | { is: 'target'; name: string; pid: number | null; startTicks: number }
  | { is: 'watcher' };

export interface OwnedMetrics {
  owner: MetricOwner;
  metrics: Metric[];
}

export function metricsOfWatch(facts: WatchFacts): OwnedMetrics[] {
  return [
    ...facts.targets.map((target) => ({
      owner: {
        is: 'target' as const,
        name: target.slot.name,
        pid: target.slot.process?.pid ?? null,
        startTicks: target.slot.process?.startTicks ?? 0,
      },
      metrics: withPoints([...ofTarget(target), ...ofRules(facts.rules, target.slot.name)]),
    })),
    { owner: { is: 'watcher' }, metrics: withPoints(ofWatcher(facts)) },
  ];
}

const withPoints = (metrics: Metric[]) => metrics.filter(({ points }) => points.length > 0);

type Shape = [name: string, unit: string, is: Metric['is'], description: string];

/** Without a value there is no point: unknown is not 0. */
function metric([name, unit, is, description]: Shape, value: number | undefined): Metric {
  return { name, unit, is, description, points: value === undefined ? [] : [{ value, attributes: {} }] };
}

function ofTarget({ slot, reading, metrics, findings }: WatchFacts['targets'][number]): Metric[] {
  const seconds = (value: number | undefined, perSecond: number) =>
    value === undefined ? undefined : value / perSecond;
  return [
    metric(
      ['process.cpu.time', 's', 'total', 'Total CPU seconds of the process.'],
      seconds(reading?.cpuMicros, 1e6),
    ),
    metric(
      ['process.memory.usage', 'By', 'amount', 'The amount of physical memory in use.'],
      reading?.rssBytes,
    ),
    metric(
      [
        'process.unix.file_descriptor.count',
        '{file_descriptor}',
        'amount',
        'Number of file descriptors in use by the process.',
      ],
      reading?.fdCount,
    ),
    metric(['culprit.target.up', '1', 'value', 'Whether the process is there.'], slot.process ? 1 : 0),
    metric(
      ['culprit.target.restarts', '{restart}', 'total', 'Processes that replaced one that ended.'],
      slot.restartsInAll,
    ),
    metric(
      ['culprit.memory.usage', 'By', 'value', 'What counts against the memory limit.'],
      reading?.memoryUsedBytes,
    ),
    metric(
      ['culprit.memory.limit', 'By', 'value', 'Memory limit of its container, or memory of the machine.'],
      reading?.memoryLimitBytes,
    ),
    metric(
      ['culprit.memory.limit_reached', 's', 'value', 'Time until the memory limit is reached at this rate.'],
      seconds(metrics['memory.left'], 1_000),
    ),
    metric(
      ['culprit.main_thread.busy', '1', 'value', 'Part of the time that the main thread runs.'],
      metrics['loop.busy'],
    ),
    metric(
      ['culprit.main_thread.waiting', '1', 'value', 'Part of the time that the main thread waits for a CPU.'],
      metrics['cpu.waiting'],
    ),
    metric(
      ['culprit.cpu.throttled', '1', 'value', 'Share of the CPU periods that the quota throttled.'],
      metrics['cpu.throttled'],
    ),
    {
      name: 'culprit.finding',
      description: 'A finding of the last captures of the process.',
      unit: '1',
      is: 'value',
      points: findings.map(({ kind, fingerprint, severity }) => ({
        value: 1,
        attributes: {
          'culprit.finding.kind': kind,
          'culprit.finding.fingerprint': fingerprint,
          'culprit.finding.severity': severity,
        },
      })),
    },
  ];
}

function ofRules(rules: WatchFacts['rules'], target: string): Metric[] {
  const own = rules.filter((rule) => rule.target === target);
  return [
    {
      name: 'culprit.alarm.level',
      description: 'Alarm of a rule: 0 ok, 1 warn, 2 critical.',
      unit: '1',
      is: 'value',
      points: own.map(({ rule, level }) => ({
        value: ALARM_LEVELS.indexOf(level),
        attributes: { 'culprit.rule.name': rule },
      })),
    },
  ];
}

function ofWatcher({ exporters, own }: WatchFacts): Metric[] {
  const ofExporters = (pick: (view: WatchFacts['exporters'][number]) => number): Metric['points'] =>
    exporters.map((view) => ({ value: pick(view), attributes: { 'culprit.exporter.name': view.name } }));
  const items = { unit: '{item}', is: 'total' as const };
  return [
    metric(['process.cpu.time', 's', 'total', 'Total CPU seconds of the process.'], own.cpuSeconds),
    metric(
      ['process.memory.usage', 'By', 'amount', 'The amount of physical memory in use.'],
      own.residentBytes,
    ),
    metric(['culprit.looks', '{look}', 'total', 'Captures of processes.'], own.looks),
    metric(
      ['culprit.looks.cpu.time', 's', 'total', 'CPU seconds of the captures of processes.'],
      own.lookCpuSeconds,
    ),
    {
      name: 'culprit.exporter.sent',
      description: 'Requests with metrics, events and profiles that their receiver accepted.',
      ...items,
      points: ofExporters(({ sent }) => sent),
    },
    {
      name: 'culprit.exporter.lost',
      description:
        'Requests with metrics, events and profiles that were rejected, or dropped because the queue was full.',
      ...items,
      points: ofExporters(({ lost }) => lost),
    },
  ];
}
