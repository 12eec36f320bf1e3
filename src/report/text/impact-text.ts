// What a cause costs, as one phrase in familiar units. Made from the typed values only, so that every output says the same.
import type { DiagnosisReport, Evidence, Finding, Impact, Subject } from '../../model/finding.ts';
import { formatQuantity, formatShare, formatTimeLeft } from '../../units/units.ts';

/** Every metric, in words. */
export const METRIC_NAMES: Record<Impact['metric'], string> = {
  cpu: 'CPU time',
  'event-loop': 'event loop',
  gc: 'garbage collection',
  heap: 'heap',
  external: 'external memory',
  native: 'native memory',
  memory: 'memory',
  timers: 'timers',
  sockets: 'sockets',
  fds: 'file descriptors',
  handles: 'open handles',
  processes: 'processes',
  threads: 'threads',
  connections: 'connections',
  waiting: 'queue',
  requests: 'requests without an answer',
  'thread-pool': 'wait for a thread',
  lookups: 'each lookup',
  throttling: 'wall time, throttled by the CPU quota',
  'cpu-wait': 'wall time, waiting for a CPU',
  'memory-wait': 'wall time, waiting for memory',
};

/** What was measured, and what it leads to; empty where neither is known. */
export function describeCost({ impact, harm = '' }: Pick<Finding, 'impact' | 'harm'>): string {
  return [impact === undefined ? '' : describeImpact(impact), harm].filter((part) => part !== '').join('; ');
}

/** "heap +1.2 MB/s; heap limit 256 MB reached in about 7 min", "event loop blocked for up to 137 ms, 11% of the time". */
function describeImpact(impact: Impact): string {
  const part = describePart(impact);
  const amount = `${describeAmount(impact)}${part === '' ? '' : `, ${part}`}`;
  return [amount, describeLimit(impact)].filter((text) => text !== '').join('; ');
}

const isRate = ({ unit }: Impact): boolean => unit === 'bytes/s' || unit === 'per second';

function describeAmount(impact: Impact): string {
  const { metric, value, unit } = impact;
  const name = METRIC_NAMES[metric];
  const amount = formatQuantity(value, unit);
  // A collection grows at every look, and its bytes are lost in the noise.
  if (isRate(impact) && value === 0) return `${name} growth too small to measure yet`;
  if (metric === 'event-loop')
    return unit === 'share'
      ? `event loop blocked for ${amount} of the time`
      : `event loop blocked for up to ${amount}`;
  if (metric === 'requests' && unit === 'ms') return `answers begin up to ${amount} late`;
  if (metric === 'waiting' && unit === 'count') return `${amount} in the ${name}`;
  if (unit !== 'share') return `${name} ${isRate(impact) && value > 0 ? '+' : ''}${amount}`;
  if (metric === 'cpu') return `${amount} of a core`;
  return metric === 'gc' ? `${amount} of the time in ${name}` : `${amount} of ${name}`;
}

/** What the amount is a part of: of a held loop the time, of a count or size its limit. Where growth comes from is evidence. */
function describePart(impact: Impact): string {
  if (impact.share === undefined || impact.unit === 'share' || isRate(impact)) return '';
  return `${formatShare(impact.share)} of ${impact.metric === 'event-loop' ? 'the time' : 'the limit'}`;
}

function describeLimit({ limit, exhaustionSeconds }: Impact): string {
  if (exhaustionSeconds === undefined) return limit ?? '';
  return `${limit ?? 'limit'} reached ${formatTimeLeft(exhaustionSeconds)}`;
}

const ANONYMOUS = '(anonymous)';

/** "src/session.ts:12:3, in remember [express@4.18.2], on a worker thread"; only what is known. */
export function describeSubject(subject: Subject): string {
  const place = [subject.file, subject.line, subject.column].filter((part) => part !== null);
  const words = [subject.file === null ? subject.name : place.join(':')];
  if (subject.function !== null && subject.function !== ANONYMOUS && subject.function !== words[0])
    words.push(`in ${subject.function}`);
  const owner = subject.package === null ? '' : ` [${subject.package}]`;
  return `${words.join(', ')}${owner}${subject.thread === 0 ? '' : ', on a worker thread'}`;
}

/** The statement, its value where the sentence does not say it already, and who measured it. */
export function describeEvidence({ source, statement, value, unit }: Evidence): string {
  const amount = value === undefined ? '' : formatQuantity(value, unit);
  return `${statement}${amount === '' || statement.includes(amount) ? '' : ` (${amount})`} [${source}]`;
}

type Step = DiagnosisReport['capture']['steps'][number];

const STEP_WORDS: Record<Step, string> = {
  passive: '/proc and cgroup',
  light: 'counters and profiles',
  burst: 'async hooks in short bursts',
  census: 'search for growing collections',
  snapshot: 'heap snapshot',
};

/** The steps of a capture in words: "/proc and cgroup, counters and profiles". */
export function describeSteps(steps: readonly Step[]): string {
  return steps.map((step) => STEP_WORDS[step]).join(', ');
}
