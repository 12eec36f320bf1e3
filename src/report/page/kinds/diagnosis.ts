// The sections of a diagnosis: findings, the capture over time, growth, pools, CPU time, limits, cost.

import type { DiagnosisReport, Finding } from '../../../model/finding.ts';
import type { FlamePicture } from '../../../model/report/pictures.ts';
import { formatCount, formatDuration } from '../../../units/units.ts';
import { contentsRows } from '../../text/contents-text.ts';
import { describeSteps } from '../../text/impact-text.ts';
import type { PageElement, PageWindow } from '../browser.ts';
import type { Builder } from '../builder.ts';
import { JUDGED_KINDS } from '../headlines/diagnosis.ts';
import { drawBars, limitRows, packageRows } from '../parts/bars.ts';
import { costRows, drawNotJudged, drawRows, drawWarnings, processRows } from '../parts/facts.ts';
import { drawFinding } from '../parts/finding.ts';
import { drawFlame } from '../parts/flame.ts';
import { drawGrowth } from '../parts/growth.ts';
import { drawPool } from '../parts/pools.ts';
import { drawTimeline } from '../parts/timeline.ts';
import type { Section } from '../section.ts';
import { drawTables } from './profile-tables.ts';

export function diagnosisSections(builder: Builder, window: PageWindow, report: DiagnosisReport): Section[] {
  const { findings, target, capture, keepsAlive, notApplicable, warnings } = report;
  const { h } = builder;
  return [
    {
      id: 'findings',
      title: findings.length === 1 ? 'The evidence' : `The ${findings.length} causes, with their evidence`,
      content: findings.map((finding) => drawFinding(builder, finding, report.pictures?.sourceLines)),
    },
    {
      id: 'contents',
      title: 'What the diagnostic report holds',
      content: report.contents
        ? [
            drawRows(
              builder,
              contentsRows(report.contents).flatMap(([label, texts]) =>
                texts.map((text, i): [string, string] => [i === 0 ? label : '', text]),
              ),
            ),
          ]
        : [],
    },
    ...pictureSections(builder, window, report),
    {
      id: 'where',
      title: 'Where it went',
      content: (report.where ?? []).flatMap((tables) => drawTables(builder, tables)),
    },
    {
      id: 'alive',
      title: 'What keeps it alive',
      content: keepsAlive
        ? [
            h('p', null, keepsAlive.summary),
            h(
              'ul',
              null,
              ...keepsAlive.by.map(({ statement, count, advice }) =>
                h('li', null, `${count} x ${statement}. ${advice}`),
              ),
            ),
          ]
        : [],
    },
    {
      id: 'judged',
      title: 'Judged and not found',
      content: report.verdict === 'healthy' ? [drawJudged(builder, report)] : [],
    },
    {
      id: 'not-judged',
      title: 'What could not be judged',
      about:
        notApplicable.length === 0
          ? ''
          : `This report neither confirms nor rules out ${notApplicable.length === 1 ? 'this kind' : `these ${formatCount(notApplicable.length, 'kind')}`} of causes.`,
      content: notApplicable.length === 0 ? [] : [drawNotJudged(builder, notApplicable)],
    },
    {
      id: 'notes',
      title: 'What weakens the result',
      content:
        warnings.length + capture.warnings.length === 0
          ? []
          : [drawWarnings(builder, [...warnings, ...capture.warnings])],
    },
    {
      id: 'look',
      title: 'The process, and what the capture cost it',
      content: [
        drawRows(builder, [
          ...processRows(target),
          ['Chosen', target.chosen ?? ''],
          ['Threads', target.threads.map(({ name }) => name).join(', ')],
          ...costRows(capture),
          ['Steps', describeSteps(capture.steps)],
        ]),
      ],
    },
  ];
}

function pictureSections(builder: Builder, window: PageWindow, report: DiagnosisReport): Section[] {
  const { pictures, findings, target, verdict } = report;
  if (!pictures) return [];
  const { timeline, limits, growth, pools, packages, flames } = pictures;
  const threadNames = new Map(target.threads.map(({ id, name }) => [id, name]));
  const watched: Section = {
    id: 'limits',
    title:
      verdict === 'findings'
        ? 'How close it is to its limits'
        : 'What was watched, and how close it is to its limits',
    content: limits.length === 0 ? [] : [drawBars(builder, 'limits', limitRows(limits))],
  };
  const busy = packages.reduce((sum, { millis }) => sum + millis, 0);
  const [main] = flames;
  const share = main
    ? `of ${formatDuration((main.totalMillis[0] ?? 0) + main.idleMillis)} on the ${main.threadName} thread, ${formatDuration(main.totalMillis[0] ?? 0)} were busy`
    : '';
  return [
    ...(verdict === 'findings' ? [] : [watched]),
    {
      id: 'timeline',
      title: 'The capture over time',
      content: timeline ? [drawTimeline(builder, timeline, { findings, threadNames })] : [],
    },
    {
      id: 'growth',
      title: growth.some(({ isGrowing }) => isGrowing) ? 'What grows' : 'What was counted',
      about: growth.some(({ isGrowing }) => isGrowing)
        ? ''
        : 'Nothing kept growing until the end of the capture.',
      content: growth.length === 0 ? [] : [drawGrowth(builder, growth, findings)],
    },
    { id: 'pools', title: 'Pools, and who waits', content: pools.map((pool) => drawPool(builder, pool)) },
    {
      id: 'cpu',
      title: 'CPU time',
      about: share === '' ? '' : `${share.charAt(0).toUpperCase()}${share.slice(1)}.`,
      content:
        busy > 0
          ? [
              drawBars(builder, 'CPU time by package', packageRows(packages)),
              ...flames.map((picture, i) =>
                drawThread(builder, window, { picture, findings, isOpen: i === 0 }),
              ),
            ]
          : [],
    },
    ...(verdict === 'findings' ? [watched] : []),
  ];
}

/** Kinds of causes that would have been told. */
function drawJudged({ h }: Builder, { notApplicable }: DiagnosisReport): PageElement {
  const left = new Set(notApplicable.map(({ kind }) => kind));
  const judged = JUDGED_KINDS.filter((kind) => !left.has(kind));
  return h('ul', { class: 'chips' }, ...judged.map((kind) => h('li', null, kind)));
}

/** The main thread's graph is there at once, that of another one when it is asked for. */
function drawThread(
  builder: Builder,
  window: PageWindow,
  { isOpen, ...graph }: { picture: FlamePicture; findings: readonly Finding[]; isOpen: boolean },
): PageElement {
  const { h } = builder;
  const title = `Flame graph of ${graph.picture.threadName}`;
  if (isOpen) return h('div', null, h('h3', null, title), drawFlame(builder, window, graph));
  const details = h('details', { class: 'more' }, h('summary', null, title));
  let isDrawn = false;
  details.addEventListener('toggle', () => {
    if (!isDrawn && details.open) details.append(drawFlame(builder, window, graph));
    isDrawn ||= details.open;
  });
  return details;
}
