// The decisions of a watch, the newest first: those that people want to know of, and the routine ones folded.
import { formatNumber } from '../../../units/units.ts';
import type { DecisionName } from '../../../wire/watch/names.ts';
import type { WatchReport } from '../../../wire/watch/report.ts';
import type { PageElement } from '../browser.ts';
import type { Builder, Child } from '../builder.ts';
import { timeText } from './time.ts';

type Decision = WatchReport['decisions'][number];

const WORDS: Record<DecisionName, string> = {
  begin: 'watch began',
  end: 'watch ended',
  found: 'process found',
  ended: 'process ended',
  restarted: 'process came back',
  dropped: 'no longer followed',
  warn: 'alarm: warning',
  critical: 'alarm: critical',
  clear: 'alarm over',
  light: 'light capture',
  diagnose: 'diagnosis',
  flame: 'flame graph',
  snapshot: 'heap snapshot',
  report: 'report',
  triage: 'triage',
  exec: 'program run',
  webhook: 'webhook',
  export: 'export',
  flight: 'flight recorder',
  runbook: 'runbook',
  verify: 'runbook verified',
  undo: 'runbook undone',
  escalate: 'alarm escalated',
  storage: 'files',
};

/** Where they went well, nobody has to read them. */
const ROUTINE: ReadonlySet<DecisionName> = new Set([
  'light',
  'flame',
  'report',
  'webhook',
  'export',
  'flight',
]);
const MOST_SHOWN = 300;

export function drawDecisions(builder: Builder, decisions: readonly Decision[]): Child[] {
  const { h } = builder;
  const newest = decisions.toReversed();
  const isRoutine = ({ what, outcome }: Decision) => ROUTINE.has(what) && outcome !== 'failed';
  const notable = newest.filter((decision) => !isRoutine(decision));
  const routine = newest.filter(isRoutine);
  return [
    notable.length > 0 && drawList(builder, notable),
    routine.length > 0 &&
      h(
        'details',
        { class: 'more' },
        h('summary', null, `Routine: ${formatNumber(routine.length)} light captures, pages, messages`),
        drawList(builder, routine),
      ),
  ];
}

function drawList(builder: Builder, decisions: readonly Decision[]): PageElement {
  const { h } = builder;
  const left = decisions.length - MOST_SHOWN;
  return h(
    'ul',
    { class: 'checks log-of-decisions' },
    ...decisions.slice(0, MOST_SHOWN).map((decision) => drawOne(builder, decision)),
    left > 0 && h('li', null, h('span', null), `and ${formatNumber(left)} older ones, in decisions.jsonl`),
  );
}

const TONES: Partial<Record<DecisionName, string>> = { warn: 'warning', critical: 'bad', clear: 'ok' };

function drawOne(
  { h, prose }: Builder,
  { at, target, pid, rule, what, why, outcome, detail }: Decision,
): PageElement {
  const who = target === '' ? '' : `${target}${pid === null ? '' : ` (${pid})`}: `;
  const by = rule === null ? '' : ` (rule ${rule})`;
  const came = detail === '' ? '' : `. ${outcome === 'done' ? '' : `${outcome}: `}${detail}`;
  return h(
    'li',
    null,
    h('span', { class: 'quiet number' }, timeText(at)),
    h('span', { class: `outcome ${outcome === 'failed' ? 'bad' : (TONES[what] ?? '')}` }, WORDS[what]),
    h('span', { class: 'wrap' }, ...prose(`${who}${why}${by}${came}`)),
  );
}
