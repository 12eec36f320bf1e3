// The first screen of a comparison: the verdict, the metric that says so, the function that most of it is in.
import type { Comparison } from '../../../model/comparison/comparison.ts';
import { formatChange, formatSideBySide } from '../../../model/comparison/units-compared.ts';
import { formatCount, formatNumber } from '../../../units/units.ts';
import { describeSideName } from '../../compare/method-words.ts';
import { groupFindings } from '../../compare/selection.ts';
import {
  describeFunction,
  describeFunctionChange,
  describePlace,
  headlineWord,
} from '../../compare/words.ts';
import { type Cause, capitalised, type Figure, type Headline, type Tone } from './parts.ts';

export function comparisonHeadline(comparison: Comparison): Headline {
  const { direction, verdictReason, base, head, culprit, metrics, findings, gates } = comparison;
  const changed = metrics.filter((metric) => metric.verdict === 'different');
  const [first] = changed.filter((metric) => metric.direction === direction);
  const main = first ?? metrics.find(({ name }) => name === 'cpu.total') ?? metrics[0];
  return {
    tone: toneOf(comparison),
    mark: headlineWord(comparison).toLowerCase(),
    sentence: verdictReason === '' ? 'There is no verdict.' : capitalised(verdictReason),
    about: `${describeSideName(head)} compared with ${describeSideName(base)}, ${formatCount(head.runs, 'run')} and ${formatCount(base.runs, 'run')}`,
    figures: [
      ...(main ? [metricFigure(main)] : []),
      { value: `${changed.length} of ${metrics.length}`, label: 'metrics differ' },
      gates && gates.decisions.length > 0
        ? { value: gates.passed ? 'passed' : 'failed', label: formatCount(gates.decisions.length, 'gate') }
        : {
            value: formatNumber(findings.filter(({ presence }) => presence === 'new').length),
            label: 'new findings',
          },
    ],
    cause: causeOf(comparison),
    advice: [
      ...(culprit
        ? [
            `Look at \`${culprit.function}\`${culprit.file === null ? '' : ` (${[culprit.file, culprit.line].filter((part) => part !== null).join(':')})`}: most of the change is in it.`,
          ]
        : []),
      ...findings.filter(({ presence }) => presence === 'new').flatMap(({ advice }) => advice.slice(0, 1)),
    ],
  };
}

function toneOf({ verdict, direction }: Comparison): Tone {
  if (verdict === 'same') return 'good';
  if (verdict === 'unsure') return 'unsure';
  return ({ worse: 'critical', better: 'good', none: 'warning' } as const)[direction];
}

/** The function that most of the change is in, or the first new finding. */
function causeOf(comparison: Comparison): Cause | null {
  const { culprit } = comparison;
  if (culprit)
    return {
      place: describeFunction(culprit),
      source: null,
      cost: describeFunctionChange(culprit, comparison).replace('->', '→'),
    };
  const [fresh] = groupFindings(comparison).fresh;
  if (!fresh) return null;
  const place = [describePlace(fresh), fresh.function ?? ''].filter((part) => part !== '').join(', in ');
  return place === '' ? null : { place, source: null, cost: `${fresh.kind}, ${fresh.severity}` };
}

/** Never a percentage that is only noise. */
function metricFigure({ words, change, difference, unit, verdict }: Comparison['metrics'][number]): Figure {
  if (verdict !== 'different') return { value: verdict, label: words };
  if (change !== null) return { value: formatChange(change, null, null), label: words };
  const { texts, unit: shown } = formatSideBySide([difference], unit);
  return { value: texts[0] ? `${texts[0]} ${shown}` : 'unknown', label: words };
}
