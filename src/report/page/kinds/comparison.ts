// The sections of a comparison: metrics with their intervals, functions that changed, findings, gates, the method.
import type { Change, Comparison, FunctionChange } from '../../../model/comparison/comparison.ts';
import { formatNumber } from '../../../units/units.ts';
import { describeMethod, describeSide } from '../../compare/method-words.ts';
import { changedFunctions, groupFindings, movedFunctions } from '../../compare/selection.ts';
import {
  changeCells,
  describeChange,
  describeFunction,
  describeMove,
  describeSides,
  functionUnit,
  verdictWords,
  wholeWords,
} from '../../compare/words.ts';
import type { PageElement } from '../browser.ts';
import type { Builder, Child } from '../builder.ts';
import { drawWarnings } from '../parts/facts.ts';
import { drawInterval } from '../parts/interval.ts';
import type { Section } from '../section.ts';

export function comparisonSections(builder: Builder, comparison: Comparison): Section[] {
  const { h } = builder;
  const changed = changedFunctions(comparison);
  const moved = movedFunctions(comparison);
  const { metrics, gates, warnings, base, head } = comparison;
  return [
    {
      id: 'metrics',
      title: 'Metrics',
      about: 'The bar is the confidence interval of the change; the line in the middle marks no change.',
      content: metrics.length === 0 ? [] : [drawMetrics(builder, comparison)],
    },
    {
      id: 'functions',
      title: 'Functions that changed',
      about: changed.length === 0 ? '' : `The change is given as a share of ${wholeWords(comparison)}.`,
      content: changed.length === 0 ? [] : [drawFunctions(builder, comparison, changed)],
    },
    {
      id: 'moved',
      title: 'Functions whose cost only moved',
      content:
        moved.length === 0
          ? []
          : [
              h(
                'ul',
                null,
                ...moved.map((each) =>
                  h('li', null, h('code', null, describeFunction(each)), ` ${describeMove(each)}`),
                ),
              ),
            ],
    },
    { id: 'findings', title: 'Findings', content: drawFindings(builder, comparison) },
    {
      id: 'gates',
      title: 'Gates',
      content:
        !gates || gates.decisions.length === 0
          ? []
          : [
              h(
                'ul',
                { class: 'checks' },
                ...gates.decisions.map(({ rule, outcome, statement }) =>
                  h(
                    'li',
                    null,
                    h(
                      'span',
                      { class: `outcome ${GATE_TONES[outcome]}` },
                      outcome === 'unmeasured' ? 'not measured' : outcome,
                    ),
                    h('span', { class: 'wrap' }, h('code', null, rule), ` ${statement}`),
                  ),
                ),
              ),
            ],
    },
    {
      id: 'notes',
      title: 'What weakens the result',
      content: warnings.length === 0 ? [] : [drawWarnings(builder, warnings)],
    },
    {
      id: 'method',
      title: 'How it was measured',
      content: [
        h(
          'ul',
          null,
          ...[
            `Base: ${describeSide(base)}`,
            `Head: ${describeSide(head)}`,
            ...describeMethod(comparison),
          ].map((text) => h('li', { class: 'wrap' }, text)),
        ),
      ],
    },
  ];
}

/** Text is for terminals, too. */
const arrowed = (sides: string) => sides.replace('->', '→');

const GATE_TONES = { pass: 'ok', fail: 'bad', unsure: 'unknown', unmeasured: 'bad' } as const;

const toneOf = ({ verdict, direction }: Change) =>
  verdict === 'unsure' ? 'unsure' : verdict === 'same' ? 'same' : direction;

function drawMetrics(builder: Builder, comparison: Comparison): PageElement {
  const { h } = builder;
  const widest = Math.max(
    0.01,
    ...comparison.metrics.flatMap(({ changeLow, changeHigh, change }) =>
      [change, changeLow, changeHigh].map((each) => Math.min(1, Math.abs(each ?? 0))),
    ),
  );
  return table(
    builder,
    'metrics',
    ['Metric', 'Base → head', 'Change', 'Interval', 'Verdict'],
    comparison.metrics.map((metric) => {
      const cells = changeCells(metric, metric.unit);
      return [
        h('th', { scope: 'row' }, metric.words, h('span', { class: 'quiet block' }, metric.name)),
        h('td', { class: 'number' }, arrowed(describeSides(metric.base, metric.head, metric.unit))),
        h('td', { class: 'number' }, cells.change),
        h(
          'td',
          null,
          drawInterval(builder, metric, { widest, tone: toneOf(metric) }),
          h('span', { class: 'quiet block' }, cells.interval),
        ),
        h('td', null, h('span', { class: `verdict ${toneOf(metric)}` }, verdictWords(metric, comparison))),
      ];
    }),
  );
}

function drawFunctions(
  builder: Builder,
  comparison: Comparison,
  functions: readonly FunctionChange[],
): PageElement {
  const { h } = builder;
  const unit = functionUnit(comparison);
  const widest = Math.max(
    0.001,
    ...functions.flatMap(({ changeLow, changeHigh, change }) =>
      [change, changeLow, changeHigh].map((each) => Math.abs(each ?? 0)),
    ),
  );
  return table(
    builder,
    'functions',
    ['Function', 'Base → head', 'Change', 'Interval'],
    functions.map((each) => [
      h(
        'th',
        { scope: 'row' },
        h('code', { class: 'wrap' }, describeFunction(each)),
        each.presence !== 'both' && h('span', { class: 'quiet' }, ` ${each.presence}`),
      ),
      h('td', { class: 'number' }, arrowed(describeSides(each.base, each.head, unit))),
      h('td', { class: 'number' }, describeChange(each, unit)),
      h('td', null, drawInterval(builder, each, { widest, tone: toneOf(each) })),
    ]),
  );
}

function table({ h }: Builder, label: string, head: string[], rows: Child[][]): PageElement {
  return h(
    'div',
    { class: 'scroll stack', tabindex: 0, role: 'group', 'aria-label': label },
    h(
      'table',
      null,
      h('thead', null, h('tr', null, ...head.map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', null, ...rows.map((cells) => h('tr', null, ...cells))),
    ),
  );
}

function drawFindings({ h, prose }: Builder, comparison: Comparison): Child[] {
  const { fresh, accepted, kept, gone } = groupFindings(comparison);
  const groups = [
    ['New in head', fresh],
    ['Accepted', accepted],
    ['On both sides', kept],
    ['Gone since base', gone],
  ] as const;
  return groups.flatMap(([title, findings]) =>
    findings.length === 0
      ? []
      : [
          h('h3', null, `${title} (${formatNumber(findings.length)})`),
          h(
            'ul',
            { class: 'checks' },
            ...findings.map((finding) =>
              h(
                'li',
                null,
                h('span', { class: `badge ${finding.severity}` }, finding.severity),
                h('span', { class: 'wrap' }, ...prose(finding.title)),
              ),
            ),
          ),
        ],
  );
}
