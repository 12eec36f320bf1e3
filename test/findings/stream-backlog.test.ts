// Memory that rises because streams are written to without waiting for 'drain'.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { buildLook, change, external, type Habit, heapFloor, MB } from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';
import { constant, linear } from '../support/shapes.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits))).findings;

const WRITE =
  'exportReadings@/app/src/export.js:10 > _transform@/app/node_modules/csv-rows/lib/formatter.js:35 > push@node:internal/streams/readable:391';

/** At each read, of 20 streams that were looked at: how many hold 1,000 writes or more. */
const streams = (full: readonly number[], frames = WRITE): Habit =>
  change((o) => {
    const reads = full.map((oldUnended, i) => ({
      atMillis: (i + 1) * 5_000,
      made: 20,
      watched: 20,
      alive: 15,
      oldWatched: 16,
      oldAlive: 12,
      oldUnended,
    }));
    o.asyncObservations[0]!.sites.push({
      thread: 0,
      type: 'stream.write',
      label: 'CsvFormatterStream',
      frames: framesFrom(frames),
      reads,
    });
  });

const RISING = heapFloor(linear(2 * MB, 60 * MB));
const FULL = [1, 3, 6, 9, 11];

describe('streams in which writes pile up', () => {
  test('are named with the code that writes and what it should wait for', () => {
    const [finding] = findingsOf(RISING, streams(FULL));
    expect(finding).toMatchObject({
      kind: 'heap-leak',
      confidence: 0.88,
      subject: { function: 'exportReadings', file: 'src/export.js', line: 10 },
      impact: { metric: 'heap', unit: 'bytes/s' },
      caveats: [],
    });
    expect(finding!.title).toBe(
      'Streams (`CsvFormatterStream`) accumulate what is written to them, because the code that writes does not wait for `drain` (src/export.js:10, exportReadings, through csv-rows (node_modules/csv-rows/lib/formatter.js:35, _transform))',
    );
    expect(finding!.evidence[0]!.statement).toBe(
      '1,000 writes or more wait in about 9 of these streams that are older than 5 s; they are written to in src/export.js:10, exportReadings, through csv-rows (node_modules/csv-rows/lib/formatter.js:35, _transform)',
    );
    expect(finding!.advice[0]).toMatch(/`drain`/);
  });

  test('at several stacks of one place are one finding', () => {
    const outer = `(anonymous)@/app/src/server.js:7 > ${WRITE}`;
    const found = findingsOf(RISING, streams(FULL), streams(FULL, outer));
    expect(found.filter(({ title }) => title.startsWith('Streams ('))).toHaveLength(1);
    expect(found[0]!.evidence[0]!.statement).toMatch(/about 18 of these streams/);
    expect(found[0]!.symptoms.filter((text) => text.includes('accumulate what'))).toEqual([]);
  });

  test('count where memory outside of the heap rises, too', () => {
    const [finding] = findingsOf(external(linear(2 * MB, 60 * MB)), streams(FULL));
    expect(finding).toMatchObject({ kind: 'external-memory-leak', impact: { metric: 'external' } });
    expect(finding!.title).toMatch(/^Streams \(/);
  });

  test('have no place where only Node was seen to go on with them', () => {
    const [finding] = findingsOf(RISING, streams(FULL, 'flow@node:internal/streams/readable:1055'));
    expect(finding).toMatchObject({ confidence: 0.75, caveats: ['The line that writes is unknown.'] });
  });

  test.each<[string, Habit[]]>([
    ['the memory stays level', [heapFloor(constant(60 * MB)), streams(FULL)]],
    ['none holds much', [RISING, streams([0, 0, 0, 0, 0])]],
    ['one held much for a moment', [RISING, streams([0, 0, 0, 0, 1])]],
    ['they were emptied in the end', [RISING, streams([4, 5, 6, 3, 0])]],
  ])('are not named where %s', (_, habits) => {
    expect(findingsOf(...habits).filter(({ title }) => title.startsWith('Streams ('))).toEqual([]);
  });
});
