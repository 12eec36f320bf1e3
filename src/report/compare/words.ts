// The words for changes, places and verdicts of a comparison, shared by all its outputs. Nothing is escaped here, and
// numbers are written only by model/units*.ts.
import type {
  Change,
  Comparison,
  Direction,
  FindingChange,
  FunctionChange,
} from '../../model/comparison/comparison.ts';
import type { GateReport } from '../../model/comparison/gate.ts';
import {
  formatChange,
  formatChangeInterval,
  formatDifference,
  formatDifferenceInterval,
  formatSideBySide,
} from '../../model/comparison/units-compared.ts';
import { formatCount, formatNumber } from '../../units/units.ts';

/** No significant change: never a percentage that is only noise. */
export const NO_CHANGE = '~';

/** Characters of a command that repeats a decision. */
export const MAX_COMMAND_LENGTH = 4000;

const DIRECTION_WORDS: Record<Direction, string> = { worse: 'worse', better: 'better', none: 'different' };

/** "worse", "same", "unsure: need 12 more runs". */
export function verdictWords(change: Change, comparison: Comparison): string {
  if (change.verdict === 'different') return DIRECTION_WORDS[change.direction];
  if (change.verdict === 'same') return 'same';
  const need = describeNeed(change.runsNeeded, comparison);
  return need === '' ? 'unsure' : `unsure: ${need}`;
}

/** "need 12 more runs" a side, over those already made; "" where no number helps. */
export function describeNeed(runsNeeded: number | null, { base, head }: Comparison): string {
  if (runsNeeded === null || !Number.isFinite(runsNeeded)) return '';
  const more = Math.max(1, Math.ceil(runsNeeded) - Math.min(base.runs, head.runs));
  return `need ${formatCount(more, 'more run')}`;
}

/** "WORSE", "SAME", "NEED 12 MORE RUNS": the answer, before any sentence. */
export function headlineWord(comparison: Comparison): string {
  const { verdict, direction, runsNeeded } = comparison;
  if (verdict === 'different') return DIRECTION_WORDS[direction].toUpperCase();
  if (verdict === 'same') return 'SAME';
  return (describeNeed(runsNeeded, comparison) || 'unsure').toUpperCase();
}

/** What stands in the columns of a table: `~` for the change where it is not significant, "" for an unknown interval. */
export function changeCells(change: Change, unit: string): { change: string; interval: string } {
  const relative = change.change !== null;
  const interval = relative
    ? formatChangeInterval(change.changeLow, change.changeHigh)
    : formatDifferenceInterval(change.differenceLow, change.differenceHigh, unit);
  return { change: changeText(change, unit), interval: interval ?? '' };
}

function changeText({ verdict, change, difference }: Change, unit: string): string {
  if (verdict !== 'different') return NO_CHANGE;
  if (change !== null) return formatChange(change, null, null);
  return difference === null ? 'unknown' : formatDifference(difference, null, null, unit);
}

/** As one phrase: "+5.2 % (4.1 to 6.3)", "+96 bytes/request (92 to 101)", or "~". */
export function describeChange(change: Change, unit: string): string {
  if (change.verdict !== 'different') return NO_CHANGE;
  if (change.change !== null) return formatChange(change.change, change.changeLow, change.changeHigh);
  const { difference, differenceLow, differenceHigh } = change;
  return difference === null ? 'unknown' : formatDifference(difference, differenceLow, differenceHigh, unit);
}

/** "124 -> 186 µs/request"; "unknown" for a side that was not measured. */
export function describeSides(base: number | null, head: number | null, unit: string): string {
  const { texts, unit: shownUnit } = formatSideBySide([base, head], unit);
  return `${texts[0] ?? 'unknown'} -> ${texts[1] ?? 'unknown'} ${shownUnit}`.trimEnd();
}

/** "rank (src/search.js:12) [pkg@1.0.0]"; only what is known. */
export function describeFunction(change: FunctionChange): string {
  const place = describePlace(change);
  const owner = change.package === null ? '' : ` [${change.package}]`;
  return `${change.function}${place === '' ? '' : ` (${place})`}${owner}`;
}

/** "src/search.js:12", "src/search.js", or "". */
export function describePlace({ file, line }: { file: string | null; line: number | null }): string {
  return file === null ? '' : [file, line].filter((part) => part !== null).join(':');
}

/** "+5.1 % (4.0 to 6.2) of all CPU time; 124 -> 186 µs/request", and whether it is new or gone. */
export function describeFunctionChange(change: FunctionChange, comparison: Comparison): string {
  const unit = functionUnit(comparison);
  const sides = {
    both: describeSides(change.base, change.head, unit),
    new: `new, ${describeOne(change.head, unit)}`,
    gone: `gone, was ${describeOne(change.base, unit)}`,
  }[change.presence];
  const part = change.change === null ? '' : ` of ${wholeWords(comparison)}`;
  return `${describeChange(change, unit)}${part}; ${sides}`;
}

function describeOne(value: number | null, unit: string): string {
  const { texts, unit: shownUnit } = formatSideBySide([value], unit);
  return texts[0] === null || texts[0] === undefined ? 'unknown' : `${texts[0]} ${shownUnit}`;
}

/** What functions are counted in. */
export function functionUnit(comparison: Comparison): string {
  return comparison.costs === 'live-bytes' ? 'bytes' : `µs/${perWord(comparison)}`;
}

/** What a change of a function is a part of. */
export function wholeWords({ costs }: Comparison): string {
  return costs === 'live-bytes' ? 'all live bytes' : 'all CPU time';
}

/** "request", or "s" where requests were not counted: what stands behind the stroke of a unit. */
export function perWord({ per }: Comparison): string {
  return per === 'second' ? 's' : per;
}

const MOST_NEIGHBOURS = 5;

/** "cost moved from or to a, b and 3 more"; "" when it did not. */
export function describeMove({ movedWith }: FunctionChange): string {
  if (movedWith.length === 0) return '';
  const rest = movedWith.length - MOST_NEIGHBOURS;
  const shown = movedWith.slice(0, MOST_NEIGHBOURS).join(', ');
  return `cost moved from or to ${shown}${rest > 0 ? ` and ${formatNumber(rest)} more` : ''}`;
}

/** "accepted by ann until 2027-01-01: the cache is bounded by design". */
export function describeAcceptance({ accepted }: FindingChange): string {
  return accepted === null ? '' : `accepted by ${accepted.by} until ${accepted.until}: ${accepted.reason}`;
}

/** "GATES FAILED: 1 of 3 failed, 1 unsure (counts as passed)". */
export function describeGates({ passed, decisions, onUnsure }: GateReport): string {
  const count = (outcome: string) => decisions.filter((decision) => decision.outcome === outcome).length;
  const parts = [`${formatNumber(count('fail'))} of ${formatNumber(decisions.length)} failed`];
  if (count('unmeasured') > 0) parts.push(`${formatNumber(count('unmeasured'))} not measured (never passes)`);
  if (count('unsure') > 0) {
    // What counts as passed and did not was held against nothing.
    const isNothing = !passed && onUnsure === 'pass' && count('fail') === 0 && count('unmeasured') === 0;
    const counts = isNothing
      ? 'nothing was compared'
      : `counts as ${onUnsure === 'pass' ? 'passed' : 'failed'}`;
    parts.push(`${formatNumber(count('unsure'))} unsure (${counts})`);
  }
  return `GATES ${passed ? 'PASSED' : 'FAILED'}: ${parts.join(', ')}`;
}
