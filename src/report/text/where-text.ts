// Where the time or the memory of a profile went, as tables of text.
import type { DiagnosisReport } from '../../model/finding.ts';
import type { ProfileHead, ProfileRow, ProfileTables, ProgramKind } from '../../model/profile-tables.ts';
import { formatBytes, formatCount, formatDuration, formatNumber, formatShare } from '../../units/units.ts';
import { hangingLines, wrapText } from '../layout.ts';
import type { Page } from './page.ts';

export type By = 'function' | 'package' | 'file';

const LISTS = { function: 'functions', package: 'packages', file: 'files' } as const;

/** What was profiled, in words; null: the profile does not tell. */
const PROGRAMS: Record<ProgramKind, string | null> = {
  server: 'a server',
  script: 'a run of a program (a script or a build)',
  'test-run': 'a run of tests',
  benchmark: 'a benchmark',
  worker: 'a worker',
  page: 'a browser page',
  'react-native': 'a React Native app',
  unknown: null,
};

/** A block for each thread and heap profile. Strings must be escaped already. */
export function whereBlocks({ where = [] }: DiagnosisReport, page: Page, by: readonly By[]): string[][] {
  return where.map((tables) => {
    const { paint, width } = page;
    const title = wrapText(titleOf(tables), width).map((line) => paint.bold(line));
    if (tables.whole === 0 && tables.functions.length === 0)
      return [...title, ...hangingLines('   ', 'The profile has no samples of running code.', width)];
    return [
      ...title,
      ...statesOf(tables).flatMap((line) => hangingLines('   ', line, width)),
      ...hangingLines('   ', sayHead(tables), width),
      ...by.flatMap((each) => tableOf(tables, each, width)),
    ];
  });
}

function titleOf({ profile, unit, whole, program, threadName, thread }: ProfileTables): string {
  const whose = thread === 0 && threadName === 'main' ? '' : ` of ${threadName}`;
  if (profile === 'heap') return `WHERE THE MEMORY${whose} IS: ${amountOf(unit, whole)} live`;
  const what = program === null ? null : PROGRAMS[program];
  return `WHERE THE TIME${whose} WENT: ${amountOf(unit, whole)} of CPU time${what === null ? '' : `, ${what}`}`;
}

function statesOf({ states, whole }: ProfileTables): string[] {
  if (!states) return [];
  const all = whole + states.idle;
  const parts = (
    [
      ['JavaScript', states.code],
      ['native', states.native],
      ['garbage collection', states.gc],
      ['program', states.program],
      ['idle', states.idle],
    ] as const
  ).map(([name, millis]) => `${name} ${formatShare(all > 0 ? millis / all : 0)}`);
  const busy = states.code + states.native + states.gc;
  return [`busy ${formatShare(all > 0 ? busy / all : 0)} of ${formatDuration(all)}: ${parts.join(', ')}`];
}

function sayHead({ head, profile, unit, whole, functions, left }: ProfileTables): string {
  const all = functions.length + left.functions;
  if (!head)
    return `No ${profile === 'heap' ? 'function holds' : 'call path takes'} most of it: it is spread over ${formatCount(all, 'function')}.`;
  const of = amountOf(unit, whole);
  if (profile === 'heap') return `${nameOf(head)} holds ${formatShare(head.share)} of ${of}.`;
  const by = head.calledBy === null ? '' : `, called by \`${head.calledBy}\``;
  const isOwn = head.ownShare >= head.share / 2 || head.calleeCount < 2;
  const spread = isOwn ? '' : `, spread over ${formatNumber(head.calleeCount)} functions that it calls`;
  return `${nameOf(head)} took ${formatShare(head.share)} of ${of}${spread}${by}.`;
}

function nameOf({ name, file, line }: Pick<ProfileHead, 'name' | 'file' | 'line'>): string {
  return file === null ? `\`${name}\`` : `\`${name}\` (${placeOf({ file, line })})`;
}

function placeOf({ file, line }: Pick<ProfileRow, 'file' | 'line'>): string {
  return file === null ? '' : `${file}${line === null ? '' : `:${line}`}`;
}

function amountOf(unit: ProfileTables['unit'], amount: number): string {
  return unit === 'bytes' ? formatBytes(amount) : formatDuration(amount);
}

const AMOUNT_WIDTH = 9;
const SHARE_WIDTH = 6;

/** Own and total amounts; a name that is too long for the line goes on below it. */
function tableOf(tables: ProfileTables, by: By, width: number): string[] {
  const rows = tables[LISTS[by]];
  const left = tables.left[LISTS[by]];
  if (rows.length === 0) return [];
  const cells = (self: string, selfShare: string, total: string, totalShare: string) =>
    `   ${self.padStart(AMOUNT_WIDTH)}${selfShare.padStart(SHARE_WIDTH)} ${total.padStart(AMOUNT_WIDTH)}${totalShare.padStart(SHARE_WIDTH)}  `;
  const lines = rows.flatMap((row) => {
    const first = cells(
      amountOf(tables.unit, row.self),
      formatShare(row.selfShare),
      amountOf(tables.unit, row.total),
      formatShare(row.totalShare),
    );
    return hangingLines(first, rowName(row, by), width);
  });
  const more = left === 0 ? [] : [`   and ${formatCount(left, `more ${by}`)}: --top ${rows.length + left}`];
  return ['', `${cells('self', '', 'total', '')}${by}`, ...lines, ...more];
}

function rowName(row: ProfileRow, by: By): string {
  if (by !== 'function') return row.name;
  if (row.file === null) return `${row.name}  (native)`;
  if (row.package === null) return `${row.name}  ${placeOf(row)}`;
  // Where packages are installed says nothing that their names do not.
  const file = row.file.replace(/^.*[/\\](?=node_modules[/\\])/, '');
  return `${row.name}  ${placeOf({ file, line: row.line })} [${row.package}]`;
}
