// What goes through objects of the program is called in a turn of the event loop of its own, and left out where there is none.
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { installProbeIn } from '../../src/probe/client/probe-client.ts';
import type { Load } from '../../src/probe/load.ts';
import { sliceFor, walkRead } from '../../src/signals/census/read.ts';
import { type ClaimMessage, claimChannel } from '../../src/target/holding/probe/claim-channel.ts';
import { fakeSession } from '../support/fake-session.ts';
import { CONFIG, useProbes } from '../support/probe-here.ts';

const install = useProbes();

test('the probe runs such work only once the event loop has turned', async () => {
  const probe = install();
  const seen: string[] = [];
  const answer = probe.inTurn(() => seen.push('work'));
  await Promise.resolve();
  seen.push('here');
  await answer;
  expect(seen).toEqual(['here', 'work']);
});

test('work that fails, and work of a probe that has stopped, is nothing', async () => {
  const probe = install();
  const fail = () => {
    throw new Error('of the work');
  };
  expect(await probe.inTurn(fail)).toBeUndefined();
  const late = probe.inTurn(() => 1);
  probe.stop();
  expect(await late).toBeUndefined();
});

describe('our end of it', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  type Call = { functionDeclaration: string; awaitPromise: boolean };

  async function connect() {
    const open: ((answer: unknown) => void)[] = [];
    const session = fakeSession({
      'Runtime.evaluate': () => ({ result: { objectId: 'probe' } }),
      'Runtime.callFunctionOn': (params) =>
        (params as Call).awaitPromise
          ? new Promise((resolve) => open.push(resolve))
          : { result: { value: 7 } },
    });
    const probe = await installProbeIn(session, CONFIG);
    const calls = () =>
      session.sent.flatMap(([method, params]) =>
        method === 'Runtime.callFunctionOn' ? [(params as Call).functionDeclaration] : [],
      );
    return { probe, open, calls };
  }

  test('asks for what walks in a turn, and for what is counted at once', async () => {
    const { probe, open, calls } = await connect();
    const walk = probe.call('walkOn', 4, false);
    expect(await probe.call('beat')).toBe(7);
    open[0]!({ result: { value: null } });
    expect(await walk).toBeNull();
    expect(calls()).toEqual([
      'function (...args) { return this.inTurn(() => this.walkOn(...args)); }',
      'function (...args) { return this.beat(...args); }',
    ]);
  });

  test('goes on without it where the event loop does not turn, and asks for no more until it has', async () => {
    const { probe, open, calls } = await connect();
    const read = probe.call('readPools');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await read).toBeNull();
    expect(probe.isHeld).toBe(true);
    expect(await probe.call('readCollections', 5, 4)).toBeNull();
    expect(calls()).toHaveLength(1);
    open[0]!({ result: { value: { found: 0, pools: [] } } });
    await vi.advanceTimersByTimeAsync(0);
    const again = probe.call('readPools');
    open[1]!({ result: { value: { found: 1, pools: [] } } });
    expect(await again).toEqual({ found: 1, pools: [] });
  });

  test('asks for one turn alone where it has to know whether there are any', async () => {
    const { probe, open, calls } = await connect();
    const turned = probe.turn(300);
    await vi.advanceTimersByTimeAsync(300);
    await turned;
    expect(probe.isHeld).toBe(true);
    await probe.turn(300);
    expect(await probe.call('findPools', 100, true)).toBeNull();
    expect(calls()).toEqual(['function (...args) { return this.inTurn(() => 0); }']);
    open[0]!({ result: { value: 0 } });
    await vi.advanceTimersByTimeAsync(0);
    expect(probe.isHeld).toBe(false);
  });
});

test('a slice of a walk is longer where a turn of the loop is, up to what nobody feels', () => {
  expect([0, 36, 80, 200, 400, 600, 5_000].map((turnMillis) => sliceFor(4, turnMillis))).toEqual([
    4, 4, 4, 10, 20, 25, 25,
  ]);
});

test.each([
  [1, 10],
  [0.5, 19],
  [0.01, 37],
])('a walk of a thread that has a CPU for %d of its time takes %i slices', async (share, slices) => {
  const asked: unknown[] = [];
  const probe = {
    call: async (method: string, ...args: unknown[]) => {
      if (method === 'walkOn') asked.push(args);
      return null;
    },
  };
  const thread = { probe, duringOwnPause: (_: string, work: () => unknown) => work() };
  const plan = {
    sliceMillis: 4,
    restMillis: 0,
    budgetMillis: 40,
    ranShare: () => share,
    meanwhile: async () => {},
    isListing: false,
    isDataOnly: false,
    longestChain: 5,
    first: { names: [], files: [], callers: [] },
  };
  await walkRead.read(thread as never, 0, plan);
  expect(asked).toHaveLength(slices);
  expect(asked.at(-1)).toEqual([4, true]);
});

test('each turn that is asked for tells the process that culprit is still there', async () => {
  const said: unknown[] = [];
  const channel = claimChannel(createRequire(import.meta.url) as unknown as Load);
  const listener = (message: unknown) => said.push((message as ClaimMessage).say);
  channel.subscribe(listener);
  try {
    await install().inTurn(() => said.push('work'));
  } finally {
    channel.unsubscribe(listener);
  }
  expect(said).toEqual(['renew', 'work']);
});
