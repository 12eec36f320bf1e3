// The table of causes: the example of each row is its test.
import { expect, test } from 'vitest';
import type { Ending } from '../../src/triage/ends/ending.ts';
import type { Example } from '../../src/triage/judge/cause.ts';
import { adviceFor, CAUSES, cureOf, verdictOf } from '../../src/triage/judge/causes.ts';
import { takeEnd, takeLine } from '../../src/triage/writer/take-line.ts';
import { initialState } from '../../src/triage/writer/writer-state.ts';
import { triageText } from './triage-text.ts';

function endsOf({ log, told = [] }: Example): Ending[] {
  let state = initialState('');
  const ends: Ending[] = [];
  for (const text of log?.split('\n') ?? []) {
    const step = takeLine(state, { text, writer: '', time: '' });
    state = step.state;
    ends.push(...step.ends);
  }
  return [...ends, ...takeEnd(state, { events: told, container: null, isAlive: false }).ends];
}

/** Rows that only recognise an end, and the row of the same label whose cure it gets. */
const CURED_BY: Record<string, string> = {
  'setting-said': 'setting',
  'exit-code-13': 'unsettled-await',
  'hung-up': 'not-reached',
};

test.each(CAUSES.map((cause) => [cause.id, cause.example] as const))(
  'the example of %s is of its row, and is cured by it',
  (id, example) => {
    const [end, ...others] = endsOf(example);
    expect(others).toEqual([]);
    expect(verdictOf(end!).cause.id).toBe(id);
    expect(cureOf(end!).id).toBe(CURED_BY[id] ?? id);
    const advice = adviceFor(end!, { memoryLimitBytes: null });
    expect(advice.filter((sentence) => !/[.!?]$/.test(sentence))).toEqual([]);
  },
);

test('rows have names of their own', () => {
  expect(new Set(CAUSES.map(({ id }) => id)).size).toBe(CAUSES.length);
});

test.each([
  ['listen EADDRINUSE', /Something listens there already/],
  ['listen EACCES', /^(?!Set what)/],
])('the message alone of an old Node.js is enough: %s', async (message, cure) => {
  const { findings } = await triageText(
    `events.js:72\n        throw er; // Unhandled 'error' event\n              ^\nError: ${message}\n    at errnoException (net.js:904:11)\n    at Server._listen2 (net.js:1042:14)\n    at Object.<anonymous> (/app/www:7:18)\n    at Module._compile (module.js:456:26)\n`,
  );
  expect(findings[0]!.advice[0]).toMatch(cure);
});
