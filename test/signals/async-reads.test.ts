import { describe, expect, test } from 'vitest';
import { OWN_URL } from '../support/build-profile.ts';
import { decode, type LineOf } from '../support/decode-lines.ts';

const decodeAsyncReads = (reads: LineOf<'async'>[]) => decode(reads).asyncObservations;
const HOOK = ['init', OWN_URL, 4, 0];
const NODE_HOOK = ['emitInitNative', 'node:internal/async_hooks', 200, 1];
const CONNECT = ['connect', '/app/src/db.js', 11, 4];

const read = (
  atMillis: number,
  made: number,
  site: Partial<LineOf<'async'>['sites'][number]> = {},
  thread = 0,
): LineOf<'async'> => ({
  type: 'async',
  thread,
  atMillis,
  coverage: 0.5,
  onMillis: atMillis / 2,
  seen: { TCPWRAP: made },
  sites: [
    {
      type: 'TCPWRAP',
      frames: [HOOK, NODE_HOOK, CONNECT],
      repeats: false,
      delay: -1,
      made,
      watched: made,
      alive: made,
      oldWatched: 0,
      oldAlive: 0,
      oldestMillis: 0,
      ...site,
    },
  ],
});

describe('async reads', () => {
  test('become one record for each creation site, with all its reads', () => {
    const [observation, ...rest] = decodeAsyncReads([read(1_000, 2), read(2_000, 5)]);
    expect(rest).toEqual([]);
    expect(observation!.sites).toHaveLength(1);
    expect(observation!.sites[0]!.reads.map(({ atMillis, made }) => [atMillis, made])).toEqual([
      [1_000, 2],
      [2_000, 5],
    ]);
    expect(observation!.madePerSecond.TCPWRAP).toBe(5);
  });

  test('lose the frames of our hook and of async_hooks', () => {
    const [observation] = decodeAsyncReads([read(1_000, 2)]);
    expect(observation!.sites[0]!.frames.map(({ functionName }) => functionName)).toEqual(['connect']);
  });

  test('keep sites apart by type and by stack, and threads apart', () => {
    const other = { frames: [['connect', '/app/src/db.js', 99, 4]] };
    const observations = decodeAsyncReads([
      read(1_000, 2),
      read(1_000, 2, other),
      read(1_000, 2, { type: 'PIPEWRAP' }),
      read(1_000, 2, {}, 3),
    ]);
    expect(observations.map(({ thread, sites }) => [thread, sites.length])).toEqual([
      [0, 3],
      [3, 1],
    ]);
  });

  test('tell repeating timers and their delay; no delay is unknown', () => {
    const timer = { type: 'Timeout', repeats: true, delay: 250 };
    const [observation] = decodeAsyncReads([read(1_000, 2, timer), read(1_000, 2)]);
    expect(observation!.sites.map(({ isRepeating, delayMillis }) => [isRepeating, delayMillis])).toEqual([
      [true, 250],
      [false, undefined],
    ]);
  });

  test('of no thread are no observations', () => {
    expect(decodeAsyncReads([])).toEqual([]);
  });
});
