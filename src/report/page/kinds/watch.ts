// The sections of a watch: alarms and evidence, what happened over time, its processes, and the log of decisions.
import { formatBytes, formatCount, formatDuration, formatNumber } from '../../../units/units.ts';
import type { WatchEvidence, WatchReport } from '../../../wire/watch/report.ts';
import type { PageElement } from '../browser.ts';
import type { Builder, Child } from '../builder.ts';
import { reasonOf } from '../headlines/watch.ts';
import { drawDecisions } from '../parts/decisions.ts';
import { drawRows } from '../parts/facts.ts';
import { drawLanes } from '../parts/lanes.ts';
import { timeText } from '../parts/time.ts';
import type { Section } from '../section.ts';

export function watchSections(builder: Builder, report: WatchReport): Section[] {
  const { alerts, targets, decisions, decisionsLeftOut, evidence, evidenceLeftOut, folder, watcher } = report;
  return [
    {
      id: 'alarms',
      title: alerts.length === 1 ? 'The alarm' : `The ${alerts.length} alarms`,
      content: alerts.length === 0 ? [] : [drawAlarms(builder, report)],
    },
    {
      id: 'evidence',
      title: 'Evidence',
      about:
        evidenceLeftOut === 0
          ? 'The newest first. The links lead to files beside this page.'
          : `The newest first; ${formatNumber(evidenceLeftOut)} older ones are in the folder. The links lead to files beside this page.`,
      content: evidence.map((each, i) => drawEvidence(builder, each, i === 0)),
    },
    { id: 'timeline', title: 'Over time', content: [drawLanes(builder, report)] },
    {
      id: 'processes',
      title: targets.length === 1 ? 'The process' : 'The processes',
      content: targets.map((target) => drawTarget(builder, target, report)),
    },
    {
      id: 'decisions',
      title: 'What was decided',
      about:
        decisionsLeftOut === 0
          ? ''
          : `The last ${formatNumber(decisions.length)}; ${formatNumber(decisionsLeftOut)} older ones are in decisions.jsonl.`,
      content: decisions.length === 0 ? [] : drawDecisions(builder, decisions),
    },
    {
      id: 'watch',
      title: 'The watch',
      content: [
        drawRows(builder, [
          ['Watcher', watcher === null ? 'none runs' : `process ${watcher}`],
          ['Folder', folder],
          ['State of', timeText(report.savedAt)],
          ['Rules at work', formatNumber(new Set(report.rules.map(({ rule }) => rule)).size)],
        ]),
      ],
    },
  ];
}

function drawAlarms({ h, prose }: Builder, { alerts, savedAt }: WatchReport): PageElement {
  return h(
    'ul',
    { class: 'checks' },
    ...alerts.map((alert) => {
      const { target, pid, rule, level, findings, startsAtMillis } = alert;
      const why = reasonOf(alert);
      return h(
        'li',
        null,
        badge(h, level),
        h(
          'span',
          { class: 'wrap' },
          h('b', null, target),
          `${pid === null ? '' : ` (${pid})`}, rule ${rule}, for ${formatDuration(Math.max(0, Date.parse(savedAt) - startsAtMillis))}`,
          ...(why === '' ? [] : [': ', ...prose(why)]),
          ...findings.map((title) => h('span', { class: 'block' }, ...prose(title))),
        ),
      );
    }),
  );
}

const TONES = { ok: 'good', warn: 'warning', critical: 'critical' } as const;

const badge = (h: Builder['h'], level: keyof typeof TONES) =>
  h('span', { class: `badge ${TONES[level]}` }, level === 'warn' ? 'warning' : level);

/** A link goes nowhere but to a file beside the page. */
const isBeside = (href: string) => /^\.\/[\w%./~!*'()-]+$/.test(href);

function drawEvidence(builder: Builder, evidence: WatchEvidence, isOpen: boolean): PageElement {
  const { h, prose } = builder;
  const { name, at, decision, bytes, files, verdict, findings } = evidence;
  const [first] = findings;
  const severity = first?.severity ?? '';
  const title = first?.title ?? (verdict === null ? 'It has no report' : VERDICTS[verdict]);
  const links = files.map(({ name: file, href }) =>
    h('li', null, isBeside(href) ? h('a', { href }, file) : h('code', null, file)),
  );
  return h(
    'details',
    { class: `finding ${severity}`, open: isOpen },
    h(
      'summary',
      null,
      h(
        'span',
        { class: `badge ${severity}` },
        severity === '' ? (verdict ?? 'no report').replaceAll('-', ' ') : severity,
      ),
      h('span', { class: 'finding-title' }, ...prose(title)),
      h('span', { class: 'quiet kind' }, at === null ? '' : timeText(at)),
    ),
    h(
      'div',
      { class: 'finding-body' },
      h('ul', { class: 'files' }, ...links),
      drawRows(builder, [
        ['Process', decision === null ? '' : processText(decision)],
        [
          'Why',
          decision === null
            ? ''
            : `${decision.rule === null ? '' : `rule ${decision.rule}: `}${decision.why}`,
        ],
        ...findings
          .slice(1)
          .map((finding): [string, string] => ['Also found', `${finding.severity}: ${finding.title}`]),
        ['Folder', `${name}, ${formatBytes(bytes)}`],
      ]),
    ),
  );
}

const VERDICTS = {
  findings: 'A cause was found',
  healthy: 'Nothing wrong was found',
  idle: 'It did no work while it was watched',
  'too-little-data': 'There is too little data to judge',
} as const;

const processText = ({ target, pid }: { target: string; pid: number | null }) =>
  `${target}${pid === null ? '' : `, pid ${pid}`}`;

function drawTarget(
  builder: Builder,
  { name, pid, command, sinceAgeMillis, restarts, findings }: WatchReport['targets'][number],
  { rules }: WatchReport,
): PageElement {
  const { h, prose } = builder;
  const since = formatDuration(sinceAgeMillis);
  const told = rules.filter(
    ({ target, level, runs, state }) =>
      target === name && (level !== 'ok' || runs > 0 || state !== 'running'),
  );
  const worst = told.some(({ level }) => level === 'critical')
    ? 'critical'
    : told.some(({ level }) => level === 'warn')
      ? 'warn'
      : 'ok';
  const lines: Child[] = [
    ...findings.map(({ severity, title }) =>
      h(
        'li',
        null,
        h('span', { class: `badge ${severity}` }, severity),
        h('span', { class: 'wrap' }, ...prose(title)),
      ),
    ),
    ...told.map(({ rule, level, state, reason, runs }) =>
      h(
        'li',
        null,
        badge(h, level),
        h(
          'span',
          { class: 'wrap' },
          `rule ${rule}: ${state}${reason === '' ? '' : ` (${reason})`}${runs === 0 ? '' : `, acted ${runs === 1 ? 'once' : formatCount(runs, 'time')}`}`,
        ),
      ),
    ),
  ];
  return h(
    'article',
    { class: 'pool' },
    h('h3', { class: 'wrap' }, name, ' ', worst === 'ok' ? null : badge(h, worst)),
    h(
      'p',
      { class: 'quiet wrap' },
      `${pid === null ? `not running for ${since}` : `pid ${pid} for ${since}`}${restarts === 0 ? '' : `, ${formatCount(restarts, 'restart')}`}: ${command}`,
    ),
    lines.length > 0 && h('ul', { class: 'checks inner' }, ...lines),
  );
}
