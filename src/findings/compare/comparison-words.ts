// The verdict on two sides in a sentence.
import type { ComparedRuns } from '../../analysis/compare/compare-runs.ts';
import { METRIC_SHARES } from '../../analysis/compare/metric-changes.ts';
import type {
  ChangeVerdict,
  FindingChange,
  FunctionChange,
  MetricChange,
} from '../../model/comparison/comparison.ts';
import type { MetricName } from '../../model/comparison/run.ts';
import { formatCount, formatQuantity, formatShare } from '../../units/units.ts';

interface Judged {
  verdict: ChangeVerdict;
  runsNeeded: number | null;
  culprit: FunctionChange | null;
}

interface Also {
  findings: readonly FindingChange[];
  library: FunctionChange | null;
  /** All functions changed as the whole did. */
  isEven: boolean;
}

export function reasonFor(judged: Judged, compared: ComparedRuns, also: Also): string {
  switch (judged.verdict) {
    case 'same':
      return `No change of ${formatShare(compared.limits.smallest)} or more: ${sayRuns(compared)} are the same within the noise.`;
    case 'unsure':
      return sayUnsure(judged, compared);
    case 'different':
      return sayDifferent(judged, compared, also);
  }
}

function sayRuns({ sides }: ComparedRuns): string {
  return sides.isPaired
    ? `${formatCount(sides.base.length, 'pair')} of runs`
    : `${formatCount(sides.base.length, 'run')} of base and ${sides.head.length} of head`;
}

function sayUnsure({ runsNeeded }: Judged, compared: ComparedRuns): string {
  const cpu = compared.metrics.find(({ name }) => name === 'cpu.total');
  const range =
    cpu?.changeLow !== undefined && cpu.changeLow !== null && cpu.changeHigh !== null
      ? ` The change of CPU time lies between ${sayPart(cpu.changeLow)} and ${sayPart(cpu.changeHigh)}.`
      : '';
  const more =
    runsNeeded === null
      ? 'No reasonable number of runs would decide it: the runs differ too much from each other.'
      : `About ${formatCount(runsNeeded, 'run')} per side would decide it.`;
  return `${sayRuns(compared)} are inconclusive: they show neither a difference nor equality.${range} ${more}`;
}

function sayDifferent(
  { culprit }: Judged,
  { metrics, sides }: ComparedRuns,
  { findings, library, isEven }: Also,
): string {
  const changed = metrics.filter(
    ({ name, verdict }) => verdict === 'different' && METRIC_SHARES[name] !== undefined,
  );
  const [first, ...others] = findings.filter(
    ({ presence, accepted }) => presence === 'new' && accepted === null,
  );
  const sentences: string[] = [];
  if (changed.length > 0) sentences.push(`Head ${joinWords(changed.map(sayMetric))}.`);
  else if (culprit)
    sentences.push('No difference is established in the total, but some of its parts differ.');
  if (culprit && sides.head.some(({ costs }) => costs === 'live-bytes')) sentences.push(sayHolder(culprit));
  else if (culprit) sentences.push(sayCulprit(culprit, library));
  if (isEven)
    sentences.push(
      'All functions changed in proportion: no single one is to blame, and a slower machine or another input would look the same.',
    );
  if (first) sentences.push(`New: ${first.title}${others.length > 0 ? `, and ${others.length} more` : ''}.`);
  return sentences.join(' ');
}

/** What head does more or less of, by metric: the verb, and of what. */
const WORDS: Partial<Record<MetricName, [verb: string, what: string]>> = {
  'cpu.total': ['needs', 'CPU time'],
  'alloc.perRequest': ['allocates', 'memory'],
  'heap.leak': ['keeps', 'of the heap after each request'],
  'heap.floor': ['holds', 'heap after the load'],
  'heap.live': ['keeps', 'bytes alive'],
  'handles.after': ['has', 'handles and timers after the load'],
  'fds.after': ['has', 'file descriptors after the load'],
};

function sayMetric(metric: MetricChange): string {
  const [verb, what] = WORDS[metric.name] ?? ['has', metric.words];
  const { change, changeLow, changeHigh, difference, differenceLow, differenceHigh, unit } = metric;
  const isPart = change !== null && changeLow !== null && changeHigh !== null && metric.name !== 'heap.leak';
  const format = isPart ? formatShare : (value: number) => formatQuantity(value, unit.replace(/\/.*$/, ''));
  const [size, low, high] = isPart
    ? [change, changeLow, changeHigh]
    : [difference ?? 0, differenceLow ?? 0, differenceHigh ?? 0];
  const [from, to] = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b);
  const more = size > 0 ? 'more' : unit === 'count' ? 'fewer' : 'less';
  return `${verb} ${format(Math.abs(size))} (${format(from!)} to ${format(to!)}) ${more} ${what}`;
}

function sayCulprit(culprit: FunctionChange, library: FunctionChange | null): string {
  const place =
    culprit.file === null ? '' : ` (${culprit.file}${culprit.line === null ? '' : `:${culprit.line}`})`;
  const within = library
    ? `, through ${library.function}${library.package ? ` of ${library.package}` : ''}`
    : '';
  const change = culprit.change ?? 0;
  return `${culprit.function}${place}${within} takes ${formatShare(Math.abs(change))} ${change > 0 ? 'more' : 'less'} of all CPU time.`;
}

/** Of heap profiles, where the costs of functions are live bytes. */
function sayHolder({ function: name, file, line, change }: FunctionChange): string {
  const place = file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`;
  const part = change ?? 0;
  return `${name}${place} keeps ${formatShare(Math.abs(part))} ${part > 0 ? 'more' : 'less'} of all live bytes.`;
}

/** "+4.1%" */
function sayPart(part: number): string {
  return `${part > 0 ? '+' : part < 0 ? '-' : ''}${formatShare(Math.abs(part))}`;
}

function joinWords(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
