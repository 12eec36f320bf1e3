// When pools are searched and how closely, when the thread pool and promises are watched: with a clock set by hand.

import { describe, expect, test } from 'vitest';
import { AsyncReads } from '../../src/capture/async-reads.ts';
import type { CaptureOptions } from '../../src/capture/context.ts';
import type { ProbeClient } from '../../src/probe/client/probe-client.ts';
import type { ProbeAsyncSite } from '../../src/probe/probe-protocol.ts';
import { type FakeContext, type FakeThread, fakeContext, fakeThread } from '../support/fake-capture.ts';

/** What a thread answers, by second of the look. */
interface Answers {
  id?: number;
  hasProbe?: boolean;
  sites?: (second: number) => Partial<ProbeAsyncSite>[];
  waiting?: (second: number) => number;
  poolWaits?: (second: number) => number[];
  /** Connections out, as /proc shows them. */
  connections?: (second: number) => number;
  /** Connections that clients have closed and the process has not. */
  leftOpen?: (second: number) => number;
}

interface Look {
  /** What was asked of the probe, with the second it was asked in. */
  calls: string[];
  count(call: string): number;
}

/** Steps each second through a whole look; heap reads collect garbage every `collectsEvery` seconds. */
async function look(
  answers: Answers = {},
  options: Partial<CaptureOptions> = {},
  collectsEvery = Number.POSITIVE_INFINITY,
): Promise<Look & { reads: AsyncReads }> {
  const calls: string[] = [];
  const context: FakeContext = fakeContext([threadWith(answers, calls, () => context)], options);
  const reads = new AsyncReads(context);
  for (; context.atMillis < context.options.durationMillis; context.atMillis += 1_000) {
    const count = Math.floor(answers.connections?.(context.atMillis / 1_000) ?? 0);
    reads.noteSockets([
      { family: 'tcp', state: 'ESTABLISHED', direction: 'outbound', endpoint: '10.0.0.5:9100', count },
      { family: 'tcp', state: 'ESTABLISHED', direction: 'inbound', endpoint: ':80', count: context.atMillis },
      {
        family: 'tcp',
        state: 'CLOSE_WAIT',
        direction: 'inbound',
        endpoint: ':80',
        count: answers.leftOpen?.(context.atMillis / 1_000) ?? 0,
      },
    ]);
    await reads.step();
    await reads.whenDue(context.atMillis > 0 && (context.atMillis / 1_000) % collectsEvery === 0);
  }
  await reads.last();
  return { reads, calls, count: (call) => calls.filter((made) => made.startsWith(call)).length };
}

function threadWith(answers: Answers, calls: string[], contextOf: () => FakeContext): FakeThread {
  const { id = 0, hasProbe = true, sites, waiting, poolWaits } = answers;
  const thread = fakeThread({ id, hasProbe });
  const second = () => contextOf().atMillis / 1_000;
  const note = (call: string) => void calls.push(`${call} @${second()}`);
  const ask: FakeThread['ask'] = async (signal, _atMillis, ..._args) => {
    if (signal.type !== 'thread-pool' || hasProbe) note(signal.type);
    const answers: Partial<Record<string, object>> = {
      async: { coverage: 0.5, onMillis: 1, seen: {}, sites: sites?.(second()) ?? [] },
      pools: { found: 1, pools: [{ waiting: waiting?.(second()) ?? 0 }] },
    };
    return (answers[signal.type] ?? null) as never;
  };
  const call: ProbeClient['call'] = async (method, ...args) => {
    const [millis, isDataOnly] = args;
    if (method === 'findPools') note(`findPools ${millis} ms ${isDataOnly ? 'by data' : 'closely'}`);
    else note([method, ...args].join(' '));
    return undefined as never;
  };
  return {
    ...thread,
    ask,
    watchPromises: async () => note('watchPromises'),
    probe: thread.probe && { ...thread.probe, call },
    counters: {
      ...thread.counters,
      get poolWaitsMillis() {
        return poolWaits?.(second()) ?? [];
      },
    },
  };
}

const request = (more: Partial<ProbeAsyncSite> = {}) => ({
  type: 'http.client.request',
  oldAlive: 0,
  oldestMillis: 300,
  ...more,
});

describe('connections that clients have closed', () => {
  test('are looked for in the hands of listeners where they became more, once at the end', async () => {
    const { calls } = await look({ leftOpen: (second) => 10 + second });
    expect(calls.filter((call) => call.startsWith('accepted'))).toEqual(['accepted @30']);
  });

  test('are not where they are as many as before', async () => {
    const { count } = await look({ leftOpen: (second) => 200 + (second % 3) });
    expect(count('accepted')).toBe(0);
  });
});

describe('a quiet program', () => {
  test('is searched for pools twice, by data only, for a hundredth of the capture each', async () => {
    const { calls } = await look({ sites: () => [request()] });
    expect(calls.filter((call) => call.startsWith('findPools'))).toEqual([
      'findPools 300 ms by data @0',
      'findPools 300 ms by data @15',
    ]);
  });

  test('is watched neither for its promises nor for its thread pool', async () => {
    const { count, reads } = await look({ sites: () => [request()], poolWaits: () => [0.4, 15] });
    expect([count('watchPromises'), count('startPoolWatch'), count('thread-pool')]).toEqual([0, 0, 0]);
    expect(reads.isWatchingPromises).toBe(false);
  });

  test.each([30_000, 60_000, 600_000])(
    'is read a few times, in %i ms, and once at the end',
    async (durationMillis) => {
      const { count, calls } = await look({}, { durationMillis });
      expect(count('async ')).toBeGreaterThanOrEqual(7);
      expect(count('async ')).toBeLessThanOrEqual(10 + 1);
      expect(calls.at(-1)).toBe(`handlers @${durationMillis / 1_000}`);
      expect(count('handlers')).toBe(1);
    },
  );

  test('is read right after its garbage was collected, and then not again soon', async () => {
    const { calls } = await look({}, {}, 4);
    const at = calls.flatMap((call) => (call.startsWith('async ') ? [Number(call.split('@')[1])] : []));
    expect(at).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 30]);
  });
});

describe('pools are searched closely', () => {
  const closelyIn = async (connections: (second: number) => number) =>
    (await look({ sites: () => [request()], connections })).calls.filter((call) => call.includes('closely'));

  test('where connections out become more and never fewer', async () => {
    expect((await closelyIn((second) => 3 + second * 0.8))[0]).toBe('findPools 400 ms closely @7');
  });

  test.each<[string, (second: number) => number]>([
    ['stay', () => 9],
    ['come and go', (second) => 5 + (second % 6)],
    ['were opened at once', (second) => (second < 3 ? 2 : 5)],
  ])('not where they %s', async (_, connections) => {
    expect(await closelyIn(connections)).toEqual([]);
  });

  test('once, when a request has waited long for its answer', async () => {
    const { calls, count } = await look({
      sites: (second) => [request({ oldestMillis: second >= 9 ? 1_500 : 1_400 })],
    });
    const closely = calls.filter((call) => call.includes('closely'));
    expect(closely[0]).toMatch(/^findPools 400 ms closely @\d+$/);
    expect(Number(closely[0]!.split('@')[1])).toBeGreaterThanOrEqual(9);
    // And whatever is searched later is searched closely, too.
    expect(calls.filter((call) => call.startsWith('findPools')).map((call) => call.split(' ')[3])).toEqual([
      'by',
      'closely',
      'closely',
    ]);
    expect(count('findPools')).toBe(3);
  });

  test('where no request tells whether anything waits, in the second half of the capture', async () => {
    const { calls } = await look({ sites: () => [{ type: 'Timeout', oldAlive: 50, oldestMillis: 20_000 }] });
    const [closely, ...more] = calls.filter((call) => call.includes('closely'));
    expect(more).toEqual([]);
    expect(Number(closely!.split('@')[1])).toBeGreaterThanOrEqual(15);
  });

  test('not for a timer that is old', async () => {
    const { calls } = await look({
      sites: () => [request(), { type: 'Timeout', oldAlive: 50, oldestMillis: 20_000 }],
    });
    expect(calls.filter((call) => call.includes('closely'))).toEqual([]);
  });
});

describe('promises are watched from then on', () => {
  test('when two requests last', async () => {
    const { calls, reads } = await look({ sites: (second) => [request({ oldAlive: second >= 10 ? 2 : 1 })] });
    const watched = calls.filter((call) => call.startsWith('watchPromises'));
    expect(watched).toHaveLength(1);
    expect(watched[0]).toMatch(/^watchPromises @1\d$/);
    expect(reads.isWatchingPromises).toBe(true);
  });

  test('when they last at two places, one each', async () => {
    const { count } = await look({
      sites: () => [
        request({ oldAlive: 1 }),
        { type: 'http.server.answer', oldAlive: 1, oldestMillis: 6_000 },
      ],
    });
    expect(count('watchPromises')).toBe(1);
  });

  test('when somebody waits for a pool', async () => {
    const { calls } = await look({ waiting: (second) => (second >= 5 ? 3 : 0) });
    expect(calls.filter((call) => call.startsWith('watchPromises'))).toEqual(['watchPromises @5']);
  });

  test('and not for one request, nor for many sockets that last', async () => {
    const { count } = await look({
      sites: () => [request({ oldAlive: 1 }), { type: 'TCPWRAP', oldAlive: 60, oldestMillis: 20_000 }],
    });
    expect(count('watchPromises')).toBe(0);
  });
});

describe('the thread pool is watched', () => {
  const watches = ({ calls }: Look) => calls.filter((call) => /^(startPoolWatch|thread-pool)/.test(call));

  test('for three seconds after three long waits in a row, at most twice', async () => {
    expect(watches(await look({ poolWaits: () => [0.5, 16] }))).toEqual([
      'startPoolWatch @2',
      'thread-pool @5',
      'startPoolWatch @8',
      'thread-pool @11',
    ]);
  });

  test('for longer where the waits are longer than that: two and a half of them, at most eight seconds', async () => {
    expect(watches(await look({ poolWaits: () => [2_000] })).slice(0, 2)).toEqual([
      'startPoolWatch @2',
      'thread-pool @7',
    ]);
    expect(watches(await look({ poolWaits: () => [20_000] })).slice(0, 2)).toEqual([
      'startPoolWatch @2',
      'thread-pool @10',
    ]);
  });

  test('not when long waits come now and then', async () => {
    expect(watches(await look({ poolWaits: (second) => (second % 3 === 0 ? [1] : [400]) }))).toEqual([]);
  });

  test('not when nobody could tell', async () => {
    expect(watches(await look({ poolWaits: () => [] }))).toEqual([]);
  });

  test('to the end of the capture, and no longer', async () => {
    const late = (second: number) => (second >= 26 ? [400] : [1]);
    expect(watches(await look({ poolWaits: late }))).toEqual(['startPoolWatch @28', 'thread-pool @30']);
  });
});

describe('each thread by itself:', () => {
  test('one without a probe is asked for nothing of it', async () => {
    const { count } = await look({ hasProbe: false, poolWaits: () => [400] });
    expect([count('findPools'), count('pools'), count('startPoolWatch'), count('handlers')]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  test('what one sees does not make another be watched', async () => {
    const [calm, busy]: [string[], string[]] = [[], []];
    const context: FakeContext = fakeContext([
      threadWith({ id: 0 }, calm, () => context),
      threadWith({ id: 3, poolWaits: () => [400], waiting: () => 2 }, busy, () => context),
    ]);
    const reads = new AsyncReads(context);
    for (; context.atMillis < 10_000; context.atMillis += 1_000) await reads.step();
    expect(calm.filter((call) => /Watch|watchPromises/.test(call))).toEqual([]);
    expect(busy.filter((call) => /startPoolWatch|watchPromises/.test(call))).toEqual([
      'watchPromises @0',
      'startPoolWatch @2',
      'startPoolWatch @8',
    ]);
  });
});
