// The first screen: the verdict in a sentence, three numbers, the cause, what to do, and the command that would show what is
// not known.
import type { NextMeasurement } from '../../model/finding.ts';
import { NOT_RESTORED } from '../text/restored-text.ts';
import type { PageElement } from './browser.ts';
import type { Builder } from './builder.ts';
import { headlineOf } from './headline.ts';
import type { Cause } from './headlines/parts.ts';
import { isNotRestored, type PageReport } from './page-report.ts';

const MOST_ADVICE = 4;

export function drawHead(builder: Builder, report: PageReport): PageElement {
  const { h, prose } = builder;
  const { tone, mark, sentence, about, figures, cause, advice } = headlineOf(report);
  return h(
    'div',
    { class: `head ${tone}` },
    h(
      'p',
      { class: 'kicker' },
      h('span', { class: `badge ${tone}` }, mark),
      h('span', { class: 'quiet wrap' }, about),
    ),
    h('h1', null, ...prose(sentence)),
    isNotRestored(report) && h('p', { class: 'not-restored' }, NOT_RESTORED),
    h(
      'dl',
      { class: 'figures' },
      ...figures.map(({ value, label }) =>
        h('div', { class: 'figure' }, h('dt', null, label), h('dd', null, value)),
      ),
    ),
    h(
      'div',
      { class: 'answer' },
      cause && drawCause(builder, cause),
      advice.length > 0 &&
        h(
          'div',
          null,
          h('h2', null, tone === 'good' && !cause ? 'What this means' : 'What to do'),
          h('ul', null, ...advice.slice(0, MOST_ADVICE).map((text) => h('li', null, ...prose(text)))),
        ),
    ),
    report.nextMeasurement && drawNext(builder, report.nextMeasurement),
  );
}

function drawNext({ h, prose }: Builder, { unknown, command }: NextMeasurement): PageElement {
  return h(
    'div',
    { class: 'next' },
    h('h2', null, 'Not known'),
    h('p', null, ...prose(unknown)),
    h('pre', { class: 'command', tabindex: 0, 'aria-label': 'the command to run next' }, command),
  );
}

function drawCause(
  { h, prose }: Builder,
  { heading = 'The cause', place, source, cost }: Cause,
): PageElement {
  return h(
    'div',
    null,
    h('h2', null, heading),
    h('p', null, h('code', { class: 'wrap' }, place)),
    source !== null &&
      h(
        'p',
        { class: 'blamed-line', tabindex: 0, role: 'group', 'aria-label': 'the blamed line' },
        h('code', null, source),
      ),
    cost !== '' && h('p', { class: 'quiet' }, ...prose(cost)),
  );
}
