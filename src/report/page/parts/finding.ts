// One finding: what it is, where, what it costs, the evidence, what else it could be, what to do.
import { confidenceLevel } from '../../../model/confidence.ts';
import type { CrashFinding, Finding } from '../../../model/finding.ts';
import type { SourceLine } from '../../../model/report/pictures.ts';
import { describeChain } from '../../text/chain-text.ts';
import { causeRows } from '../../text/crash-rows.ts';
import { describeCost, describeEvidence, describeSubject } from '../../text/impact-text.ts';
import type { PageElement } from '../browser.ts';
import type { Builder, Child } from '../builder.ts';
import { drawSource } from './place.ts';
import { drawRetainers } from './retainers.ts';

/** The first one is open. */
export function drawFinding(
  builder: Builder,
  finding: Finding | CrashFinding,
  sourceLines: readonly SourceLine[] = [],
): PageElement {
  const { h, prose } = builder;
  const { rank, severity, title, kind } = finding;
  return h(
    'details',
    { class: `finding ${severity}`, id: `finding-${rank}`, open: rank === 1 },
    h(
      'summary',
      null,
      h('span', { class: `badge ${severity}` }, severity),
      h('span', { class: 'finding-title' }, ...prose(title)),
      h('span', { class: 'quiet kind' }, kind),
    ),
    h('div', { class: 'finding-body' }, ...body(builder, finding, sourceLines)),
  );
}

function body(
  builder: Builder,
  finding: Finding | CrashFinding,
  sourceLines: readonly SourceLine[],
): Child[] {
  const { h, prose } = builder;
  const cost = describeCost(finding);
  // A crash has neither.
  const { chain, nextMeasurement: next }: Finding = finding;
  const rows: [string, Child[]][] = [
    ['Where', [h('code', { class: 'wrap' }, describeSubject(finding.subject))]],
    ['Through', chain === undefined ? [] : prose(describeChain(chain).replaceAll('**', '`'))],
    ['Impact', cost === '' ? [] : prose(cost)],
    ['Evidence', list(builder, finding.evidence.map(describeEvidence))],
    ['Explains', list(builder, finding.symptoms)],
    ['Could it be harmless?', finding.innocentExplanation === '' ? [] : prose(finding.innocentExplanation)],
    ['Fix', list(builder, finding.advice)],
    ['See also', list(builder, finding.references ?? [])],
    ['Caveats', list(builder, finding.caveats)],
    ['Not known', next ? [...prose(next.unknown), command(builder, next.command)] : []],
    ['Confidence', [`${confidenceLevel(finding.confidence)}, fingerprint ${finding.fingerprint}`]],
  ];
  return [
    h(
      'dl',
      { class: 'rows' },
      ...rows.flatMap(([label, content]) =>
        content.length === 0 ? [] : [h('dt', null, label), h('dd', null, ...content)],
      ),
    ),
    drawSource(builder, sourceLines, finding.subject),
    'retainerPath' in finding && finding.retainerPath && drawRetainers(builder, finding.retainerPath),
    'crash' in finding && drawCrash(builder, finding),
  ];
}

/** On a line of its own, to be copied. */
const command = ({ h }: Builder, text: string) => h('code', { class: 'block wrap' }, text);

function list({ h, prose }: Builder, texts: readonly string[]): Child[] {
  if (texts.length === 0) return [];
  const [only] = texts;
  return texts.length === 1
    ? prose(only!)
    : [h('ul', null, ...texts.map((text) => h('li', null, ...prose(text))))];
}

/** The chain of errors, and the words of the log that matter. */
function drawCrash(builder: Builder, { crash }: CrashFinding): PageElement {
  const { h } = builder;
  const chain = causeRows(crash).map((row) => row.replace(/^- /, ''));
  return h(
    'div',
    null,
    chain.length > 0 && h('h3', null, 'Caused by'),
    chain.length > 0 &&
      h(
        'ol',
        { class: 'chain' },
        ...chain.map((text, i) =>
          h('li', { class: i === chain.length - 1 ? 'suspect' : '' }, h('span', { class: 'wrap' }, text)),
        ),
      ),
    crash.lines.length > 0 && h('h3', null, 'The log says'),
    crash.lines.length > 0 &&
      h('pre', { class: 'log', tabindex: 0, 'aria-label': 'lines of the log' }, crash.lines.join('\n')),
  );
}
