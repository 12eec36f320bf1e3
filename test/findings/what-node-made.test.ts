// What Node's own functions made for the program, and lists of Node's own: told by name, with advice of their own.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { buildLook, collection, type Habit, heapFloor, KB } from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

const findingOf = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits))).findings[0]!;
const rising = (at: string) => heapFloor(linear(600 * KB), at);

describe('texts that stay, of which no collection is seen to grow', () => {
  test('are told as texts, with what keeps a whole text', () => {
    const finding = findingOf(
      rising('playlistText@/app/src/origin.js:13 > toString@node:buffer:834 > slice@node:buffer:662'),
    );
    expect(finding.title).toBe(
      'The heap grows by 600 KB/s; the retained objects are strings decoded from buffers, allocated in src/origin.js:13, playlistText',
    );
    expect(finding.advice[0]).toMatch(/^These are whole strings\. .* copy them: `Buffer\.from\(text\)/);
  });

  test('are not meant where the program allocates by itself, on a path that came from Node', () => {
    const finding = findingOf(rising('toString@node:buffer:834 > remember@/app/src/origin.js:13'));
    expect(finding.title).toContain('the retained objects are allocated in src/origin.js:13, remember');
    expect(finding.advice.join(' ')).not.toContain('texts');
  });
});

describe('a list of marks and measures that nobody of the program holds', () => {
  const marks = (newestEntry: string, more = {}) =>
    collection(linear(360), null, {
      type: 'Array',
      className: 'Array',
      newestEntry,
      holderName: null,
      ...more,
    });

  test('is the performance timeline of Node.js', () => {
    const finding = findingOf(rising('timed@/app/src/steps.js:4'), marks('PerformanceMark'));
    expect(finding.title).toBe(
      'The heap grows by 600 KB/s: marks and measures accumulate at 360/s in the performance timeline of Node.js (src/steps.js:4, timed)',
    );
    expect(finding.advice).toEqual([expect.stringMatching(/^Node\.js keeps every mark and measure until /)]);
    expect(finding.innocentExplanation).toMatch(/^Node\.js keeps them until they are cleared\. /);
  });

  test('is it also where only what makes them is seen', () => {
    const made =
      'timed@/app/src/steps.js:4 > mark@node:internal/perf/performance:121 > mark@node:internal/perf/usertiming:167';
    expect(findingOf(rising(made)).title).toBe(
      'The heap grows by 600 KB/s: marks and measures accumulate in the performance timeline of Node.js (src/steps.js:4, timed)',
    );
  });

  test('is the program’s where a variable of it holds them, or where they are something else', () => {
    const holder = { kind: 'variable', name: 'marks', of: 'timed' } as const;
    for (const list of [marks('PerformanceMark', { holder }), marks('PerformanceRow')])
      expect(findingOf(rising('timed@/app/src/steps.js:4'), list).title).not.toContain('timeline');
  });
});

test('a collection that is an entry of a named one is told as that', () => {
  const held = collection(linear(200), 'pageOf@/app/src/orders.js:6 > find@/app/node_modules/orm/em.js:152', {
    newestEntry: 'Order',
    holderName: null,
    holder: { kind: 'entry', name: 'registry', of: 'IdentityMap' },
  });
  expect(findingOf(rising('pageOf@/app/src/orders.js:6'), held).title).toMatch(
    /^A Map in `IdentityMap\.registry` grows by 200 entries\/s and is never trimmed \(src\/orders\.js:6, pageOf, through orm /,
  );
});
