// The states of one writer of a log, transition by transition: which line leads from which state to which, and what is
// handed on.
import { describe, expect, test } from 'vitest';
import { NOTHING_RECENT, recentLines, remember } from '../../src/triage/writer/recent-lines.ts';
import { takeEnd, takeLine } from '../../src/triage/writer/take-line.ts';
import { initialState, type WriterState } from '../../src/triage/writer/writer-state.ts';

const PLACE = '/app/a.js:3';
const SOURCE = "  throw new Error('boom');";
const CARET = '  ^';
const HEAD = 'Error: boom';
const FRAME = '    at go (/app/a.js:3:9)';
const TRAILER = 'Node.js v22.1.0';
const FULL = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory';
const KILLED = 'Killed';
const SERVED = 'served';
const json = (level: number, msg: string, pid = 7) => JSON.stringify({ level, pid, msg });

/** The state after those lines, and the kinds of events of each end that was handed on by the last of them. */
function after(lines: readonly string[]): { state: WriterState; ends: string[]; logged: readonly string[] } {
  let step = { state: initialState('web'), ends: [] as string[], logged: [] as readonly string[] };
  for (const text of lines) {
    const { state, ends, logged } = takeLine(step.state, { text, writer: 'web', time: '' });
    step = { state, ends: ends.map(kindsOf), logged };
  }
  return step;
}
const kindsOf = ({ events }: { events: readonly { kind: string }[] }) =>
  events.map(({ kind }) => kind).join(' ');

/** "source + program + running", with what was logged and is still open. */
function nameOf({ life }: WriterState): string {
  const { block, reading, end, logged } = life;
  const last = logged === null ? '' : ` + logged${logged.isSurvived ? ' and survived' : ''}`;
  return `${block.state} + ${reading.state} + ${end.state}${last}`;
}

describe('a line leads from state to state:', () => {
  const start = 'none + program + running';
  test.each<[before: string[], line: string, state: string]>([
    [[], SERVED, start],
    [[], PLACE, 'source + program + running'],
    [[PLACE], SOURCE, 'source + program + running'],
    [[PLACE, SOURCE], CARET, 'error + program + running'],
    [[PLACE], CARET, 'source + program + running'],
    [[PLACE, SOURCE, SOURCE, SOURCE, SOURCE], SOURCE, start],
    [[PLACE, SOURCE, CARET, '', HEAD], FRAME, 'error + program + running'],
    [[PLACE, SOURCE, CARET, '', HEAD, FRAME], TRAILER, 'none + program + after-end'],
    [[PLACE, SOURCE, CARET, '', HEAD, FRAME], SERVED, 'none + program + after-end'],
    [[HEAD], FRAME, 'none + in-stack + running'],
    [[SERVED], FRAME, start],
    [[HEAD, FRAME], FRAME, 'none + in-stack + running'],
    [[HEAD, FRAME], SERVED, 'none + program + running + logged and survived'],
    [[HEAD, FRAME], 'closing', 'none + program + running + logged'],
    [[HEAD, FRAME], json(30, 'served'), 'none + in-stack + running'],
    [[HEAD, FRAME], PLACE, 'source + program + running + logged'],
    [[HEAD, FRAME], FULL, 'none + in-dump + running + logged'],
    [[], FULL, 'none + in-dump + running'],
    [[FULL], '----- Native stack trace -----', 'none + in-dump + running'],
    [[FULL], SERVED, 'none + program + after-end'],
    [[], KILLED, 'none + program + after-end'],
    [[KILLED], SERVED, 'none + program + after-end'],
    [[KILLED], PLACE, 'source + program + after-end'],
    [[], json(50, 'refused'), 'none + program + running + logged'],
    [[], json(30, 'served'), start],
    [[json(60, 'lost')], json(30, 'served'), 'none + program + running + logged and survived'],
    [[json(60, 'lost')], json(30, 'served', 8), 'none + program + running'],
    [[json(30, 'up', 8), json(60, 'lost')], json(30, 'served', 8), 'none + program + running + logged'],
    [[json(60, 'lost')], 'starting', 'none + program + running'],
    [[json(50, 'refused'), ...Array(20).fill(SERVED)], SERVED, start],
    [[SERVED], TRAILER, start],
    [[SERVED, FRAME, FRAME, ''], TRAILER, 'none + program + after-end'],
  ])('after %j comes %j: %s', (before, line, state) => {
    expect(nameOf(after([...before, line]).state)).toBe(state);
  });
});

describe('an end is handed on', () => {
  const error = [PLACE, SOURCE, CARET, '', HEAD, FRAME, TRAILER];
  test.each<[when: string, before: string[], line: string, ends: string[]]>([
    ['not while lines may still join it', error, 'npm error code 1', []],
    [
      'when the next one begins',
      [...error, ...Array(6).fill(SERVED), ...error.slice(0, -1)],
      TRAILER,
      ['uncaught'],
    ],
    [
      'when an exit comes too late to be its own',
      [...error, ...Array(20).fill(SERVED)],
      KILLED,
      ['uncaught'],
    ],
    ['when a program that gave up starts anew', [json(60, 'lost')], 'starting', ['logged']],
    ['never for a fatal error that was survived', [json(60, 'lost'), SERVED], 'starting', []],
    [
      'never for an exit with 0 after what may have been survived',
      [json(50, 'refused')],
      'web exited with code 0',
      [],
    ],
  ])('%s', (_, before, line, ends) => {
    expect(after([...before, line]).ends).toEqual(ends);
  });
});

describe('at the end of the log', () => {
  const alive = { events: [], container: null, isAlive: true };
  const unknown = { ...alive, isAlive: false };
  test.each([
    ['what is open is closed', [PLACE, SOURCE, CARET, HEAD, FRAME], unknown, ['uncaught'], ''],
    ['a dump that was cut counts', [FULL], unknown, ['heap-limit'], ''],
    ['a fatal error is the last word', [json(60, 'lost')], unknown, ['logged'], ''],
    ['an error that is not fatal is left open', [HEAD, FRAME], unknown, [], 'Error: boom'],
    ['a program that runs survived what it logged', [json(60, 'lost')], alive, [], ''],
    ['nothing is handed on of lines without an end', [SERVED], unknown, [], ''],
  ])('%s', (_, lines, known, ends, openError) => {
    const step = takeEnd(after(lines).state, known);
    expect([step.ends.map(kindsOf), step.state.life.openError]).toEqual([ends, openError]);
  });
});

test('a line changes no earlier state', () => {
  const lines = [json(50, 'refused'), PLACE, SOURCE, CARET, HEAD, FRAME, TRAILER, FULL, SERVED, KILLED];
  let state = initialState('web');
  for (const text of lines) {
    const copy = structuredClone(state);
    const { state: next } = takeLine(state, { text, writer: 'web', time: '' });
    expect(state).toEqual(copy);
    state = next;
  }
});

test('what was logged is said once', () => {
  expect(after([json(50, 'refused')]).logged).toEqual(['refused']);
  expect(after([json(50, 'refused'), SERVED]).logged).toEqual([]);
});

test('however long the log, a state keeps the last 30 to 60', () => {
  let recent = NOTHING_RECENT;
  const counts = new Set<number>();
  for (let i = 1; i <= 1_000; i++) {
    recent = remember(recent, `line ${i}`);
    counts.add(recentLines(recent).length);
    expect(recentLines(recent).at(-1)).toBe(`line ${i}`);
  }
  expect([Math.max(...counts), recentLines(recent)[0]]).toEqual([
    60,
    `line ${1_000 - recentLines(recent).length + 1}`,
  ]);
});

test('a log of nothing but ends does not grow its last end without limit', () => {
  const { state } = after(Array(1_000).fill('npm ERR! errno 1'));
  const { end } = state.life;
  expect(end.state === 'after-end' && end.ending.events.length).toBe(200);
});
