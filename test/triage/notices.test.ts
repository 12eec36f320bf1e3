// The tables of lines that tell of an end: the example of each row is its test.
import { describe, expect, test } from 'vitest';
import { NOTICES, readNotice } from '../../src/triage/events/notices.ts';
import { createUnwrapper } from '../../src/triage/read/unwrap.ts';
import { triageText } from './triage-text.ts';

const rows = NOTICES.flatMap((table) => table.rows.map((row) => ({ table, row })));

test.each(rows.map(({ row }) => [row.teller, row.example, row.answer] as const))(
  '%s: %s',
  async (_, example, answer) => {
    const { findings } = await triageText(`${example}\n`);
    expect(findings.map(({ title }) => title)).toEqual(answer === '' ? [] : [answer]);
  },
);

test('an example is of its own row, and no other row comes before it', () => {
  const taken = rows.map(({ row }) => {
    const { text } = createUnwrapper()(row.example)!;
    const first = rows.find(({ table, row: { pattern, read } }) => {
      const match = table.words.test(text) ? pattern.exec(text) : null;
      return match !== null && read(match) !== null;
    });
    return first?.row === row ? '' : `${row.teller}: ${row.example}`;
  });
  expect(taken.filter((line) => line !== '')).toEqual([]);
});

test('the words of a table, and those of all tables, are in its examples', () => {
  const missed = rows.filter(({ table, row }) => {
    const { text } = createUnwrapper()(row.example)!;
    return !table.words.test(text) || readNotice(text).length === 0;
  });
  expect(missed.map(({ row }) => row.example)).toEqual([]);
});

describe('rows are safe:', () => {
  test.each(rows.map(({ row }) => [row.example, row.pattern] as const))('%s', (example, pattern) => {
    // Time is not asserted: a pattern that backtracks without end would not come back.
    for (const filler of ['a', ' ', '(', '0', example]) pattern.test(filler.repeat(2_000).slice(0, 2_000));
    expect(pattern.flags).not.toContain('g');
  });
});
