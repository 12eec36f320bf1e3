// The verdict on two sides in a sentence.
import type { ComparedRuns } from '../../analysis/compare/compare-runs.ts';
import { METRIC_SHARES } from '../../analysis/compare/metric-changes.ts';
import type { ChangeVerdict, FindingChange, FunctionChange, MetricChange } from '../../model/comparison.ts';
import { formatCount, formatQuantity, formatShare } from '../../model/units.ts';

interface Judged {
  verdict: ChangeVerdict;
  runsNeeded: number | null;
  culprit: FunctionChange | null;
}

interface Also {
  findings: readonly FindingChange[];
  library: FunctionChange | null;
}

export function reasonFor(judged: Judged, compared: ComparedRuns, { findings, library }: Also): string {
  switch (judged.verdict) {
    case 'same':
      return `No change of ${formatShare(compared.limits.smallest)} or more: ${sayRuns(compared)} are the same within the noise.`;
    case 'unsure':
      return sayUnsure(judged, compared);
    case 'different':
      return sayDifferent(judged, compared, { findings, library });
  }
}

function sayRuns({ sides }: ComparedRuns): string {
  return sides.isPaired
    ? `${formatCount(sides.base.length, 'pair')} of runs`
    : `${formatCount(sides.base.length, 'run')} of base and ${formatNumberOf(sides.head.length)} of head`;
}

const formatNumberOf = (count: number) => String(count);

function sayUnsure({ runsNeeded }: Judged, compared: ComparedRuns): string {
  const cpu = compared.metrics.find(({ name }) => name === 'cpu.total');
  const range =
    cpu?.changeLow !== undefined && cpu.changeLow !== null && cpu.changeHigh !== null
      ? ` CPU time changed by something between ${sayPart(cpu.changeLow)} and ${sayPart(cpu.changeHigh)}.`
      : '';
  const more =
    runsNeeded === null
      ? 'No sensible number of runs would: they differ too much from each other.'
      : `About ${formatCount(runsNeeded, 'run')} a side would.`;
  return `${sayRuns(compared)} cannot tell the sides apart, nor that they are the same.${range} ${more}`;
}

function sayDifferent(
  { culprit }: Judged,
  { metrics, functions }: ComparedRuns,
  { findings, library }: Also,
): string {
  const changed = metrics.filter(
    ({ name, verdict }) => verdict === 'different' && METRIC_SHARES[name] !== undefined,
  );
  const fresh = findings.filter(({ presence, accepted }) => presence === 'new' && accepted === null);
  const parts = changed.map(sayMetric);
  if (parts.length === 0 && fresh.length === 0 && functions.length > 0)
    parts.push('The whole costs the same, but its parts do not');
  const sentences = parts.length > 0 ? [`Head ${joinWords(parts.map(lowerFirst))}.`] : [];
  if (culprit) sentences.push(sayCulprit(culprit, library));
  const [first, ...rest] = fresh;
  if (first)
    sentences.push(
      `New: ${first.title}${rest.length > 0 ? `, and ${formatCount(rest.length, 'other')}` : ''}.`,
    );
  return sentences.join(' ').replace('Head the whole', 'The whole');
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function sayMetric({
  words,
  change,
  changeLow,
  changeHigh,
  difference,
  unit,
  direction,
  better,
}: MetricChange): string {
  const isMore = (difference ?? 0) > 0;
  const verb = direction === 'worse' || better === 'lower' ? (isMore ? 'needs' : 'needs') : 'has';
  const word = isMore ? 'more' : 'less';
  const what = words.replace(/, .*$/, '');
  if (change === null || changeLow === null || changeHigh === null)
    return `${verb === 'needs' ? 'keeps' : verb} ${formatQuantity(Math.abs(difference ?? 0), unit)} ${word} (${what})`;
  const [from, to] = [Math.abs(changeLow), Math.abs(changeHigh)].sort((a, b) => a - b);
  return `${verb} ${formatShare(Math.abs(change))} (${formatShare(from!)} to ${formatShare(to!)}) ${word} ${lowerCase(what)}`;
}

const lowerCase = (text: string) => (/^[A-Z]{2}/.test(text) ? text : lowerFirst(text));

function sayCulprit(culprit: FunctionChange, library: FunctionChange | null): string {
  const place =
    culprit.file === null ? '' : ` (${culprit.file}${culprit.line === null ? '' : `:${culprit.line}`})`;
  const within = library
    ? `, through ${library.function}${library.package ? ` of ${library.package}` : ''}`
    : '';
  const change = culprit.change ?? 0;
  return `${culprit.function}${place}${within} takes ${formatShare(Math.abs(change))} of all CPU time ${change > 0 ? 'more' : 'less'}.`;
}

/** "+4.1%" */
export function sayPart(part: number): string {
  return `${part > 0 ? '+' : part < 0 ? '-' : ''}${formatShare(Math.abs(part))}`;
}

function joinWords(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
