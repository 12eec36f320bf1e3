// A CPU profile made of stacks that a thread was asked for.
import { describe, expect, test } from 'vitest';
import { profileOf, startStackSampling } from '../../src/capture/thread/stack-sampling.ts';
import { decodeCpuProfile } from '../../src/model/decode/cpu-profile.ts';
import { createFrameResolver } from '../../src/model/decode/frame-resolver.ts';
import type { StackNow } from '../../src/signals/runtime/wire.ts';
import { CWD, NO_SOURCES, OWN_URL } from '../support/build-profile.ts';
import { fakeThread } from '../support/fake-capture.ts';

const SORT = ['sort', '/app/src/rank.js', 19, 4];
const SORT_LATER = ['sort', '/app/src/rank.js', 24, 8];
const HANDLE = ['handle', '/app/src/server.js', 40, 2];
interface Profile {
  samples: number[];
  nodes: { callFrame: { lineNumber: number } }[];
}
const at = (millis: number, ...frames: StackNow['frames']): StackNow => ({
  clockMicros: 5_000_000 + millis * 1_000,
  microtasks: 0,
  frames,
});

describe('stacks', () => {
  test('become a tree of functions, one node each whichever line was running, with the time since the one before', () => {
    const profile = profileOf([
      at(-30),
      at(0, SORT, HANDLE),
      at(30, SORT_LATER, HANDLE),
      at(60),
      at(90, HANDLE),
    ]);
    const frame = (functionName: string, url: string, lineNumber: number, columnNumber: number) => ({
      functionName,
      scriptId: '0',
      url,
      lineNumber,
      columnNumber,
    });
    expect(profile).toEqual({
      startTime: 4_970_000,
      endTime: 5_090_000,
      samples: [3, 3, 4, 2],
      timeDeltas: [0, 30_000, 30_000, 30_000],
      nodes: [
        { id: 1, callFrame: frame('(root)', '', -1, -1), hitCount: 0, children: [2, 4], positionTicks: [] },
        {
          id: 2,
          callFrame: frame('handle', '/app/src/server.js', 40, 2),
          hitCount: 1,
          children: [3],
          positionTicks: [{ line: 41, ticks: 1 }],
        },
        {
          id: 3,
          callFrame: frame('sort', '/app/src/rank.js', 19, 4),
          hitCount: 2,
          children: [],
          positionTicks: [
            { line: 20, ticks: 1 },
            { line: 25, ticks: 1 },
          ],
        },
        { id: 4, callFrame: frame('(idle)', '', -1, -1), hitCount: 1, children: [], positionTicks: [] },
      ],
    });
  });

  test('of a function that returned in between are two calls of it, which no single callback is', () => {
    const chained = [0, 1, 2, 3].map((i) => ({
      ...at(i * 30, i === 2 ? SORT : SORT_LATER),
      microtasks: i,
    }));
    const { samples, nodes } = profileOf(chained) as Profile;
    expect(samples).toEqual([2, 3, 2]);
    // It is one function, whose first line was seen in one of its calls.
    expect(nodes.map(({ callFrame }) => callFrame.lineNumber)).toEqual([-1, 19, 19]);
    const held = profileOf([at(0, SORT), at(30, SORT), at(60, SORT), at(90, SORT)]) as Profile;
    expect(held.samples).toEqual([2, 2, 2]);
  });

  test('are read as any other CPU profile', () => {
    const profile = profileOf([at(0, SORT, HANDLE), at(30, SORT, HANDLE), at(60), at(90)]);
    const resolver = createFrameResolver(NO_SOURCES, CWD);
    const decoded = decodeCpuProfile(
      profile,
      resolver,
      { id: 0, name: 'main' },
      { url: OWN_URL, pauses: [] },
    );
    expect(decoded.durationMicros).toBe(60_000);
  });
});

test('a thread without a probe gives no profile, and one whose probe is gone ends the asking', async () => {
  expect(await startStackSampling(fakeThread({ hasProbe: false }), 0).stop()).toBeNull();
  const thread = fakeThread();
  const probe = { ...thread.probe!, call: () => Promise.reject(new Error('gone')) };
  expect(await startStackSampling({ probe }, 0).stop()).toBeNull();
});
