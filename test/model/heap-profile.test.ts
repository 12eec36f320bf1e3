import { describe, expect, test } from 'vitest';
import { MalformedProfile } from '../../src/model/decode/cpu-profile.ts';
import { createFrameResolver } from '../../src/model/decode/frame-resolver.ts';
import { decodeHeapProfile } from '../../src/model/decode/heap-profile.ts';
import { buildRawHeapProfile, CWD, NO_SOURCES, OWN_SCRIPT_ID } from '../support/build-profile.ts';

const decode = (content: unknown) =>
  decodeHeapProfile(content, createFrameResolver(NO_SOURCES, CWD), 0, 2_500, new Set([OWN_SCRIPT_ID]));

test('live bytes are kept by allocation stack, innermost frame first', () => {
  const read = decode(
    buildRawHeapProfile([
      ['main@/app/main.js:1 > remember@/app/cache.js:4', 500],
      ['main@/app/main.js:1', 20],
    ]),
  );
  expect(read).toMatchObject({ thread: 0, atMillis: 2_500 });
  const stacks = read.stacks.map(({ frames, liveBytes }) => [
    frames.map((f) => f.functionName).join(' < '),
    liveBytes,
  ]);
  expect(stacks.toSorted()).toEqual([
    ['main', 20],
    ['remember < main', 500],
  ]);
});

test('what our own probe allocates is left out, and so is what it calls', () => {
  const read = decode(
    buildRawHeapProfile([
      ['sample@culprit:probe:1', 500],
      ['sample@culprit:probe:1 > memoryUsage@node:process:2', 500],
      ['main@/app/main.js:1', 20],
    ]),
  );
  expect(read.stacks.map(({ liveBytes }) => liveBytes)).toEqual([20]);
});

test('a chain of 100,000 frames does not overflow the stack', () => {
  let node: object = { callFrame: {}, selfSize: 8, children: [] };
  for (let i = 0; i < 100_000; i++) node = { callFrame: {}, selfSize: 0, children: [node] };
  expect(decode({ head: node }).stacks).toHaveLength(1);
});

describe('malformed:', () => {
  test.each([
    ['nothing', null],
    ['no head', {}],
    ['a head that is a text', { head: 'x' }],
    ['a null head', { head: null }],
  ])('%s is refused', (_, content) => {
    expect(() => decode(content)).toThrow(MalformedProfile);
  });

  test('sizes and children of the wrong kind count as none', () => {
    const head = {
      callFrame: null,
      selfSize: 'big',
      children: [null, 5, { selfSize: -3 }, { selfSize: NaN }, { selfSize: 1e300 }],
    };
    expect(decode({ head })).toEqual({
      thread: 0,
      atMillis: 2_500,
      stacks: [],
      flaw: { code: 'profile-sizes-wrong', wrong: 3 },
    });
  });
});
