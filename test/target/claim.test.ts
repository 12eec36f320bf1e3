// The claim that a look has on a process: asked inside this very process, with a clock, timers and an inspector of our own.
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Load } from '../../src/probe/load.ts';
import { askHolder } from '../../src/target/holding/probe/claim-channel.ts';
import { type ClaimConfig, claimTarget } from '../../src/target/holding/probe/claim-target.ts';
import { releaseTarget } from '../../src/target/holding/probe/release-target.ts';

const require = createRequire(import.meta.url);
const { hasSubscribers } = require('node:diagnostics_channel') as typeof import('node:diagnostics_channel');

let now: number;
let ticks: (() => void)[];
let calls: string[];
let mayOpen: boolean;
let immediates: (() => void)[];

const load = ((id: string) => {
  if (id === 'timers')
    return {
      setInterval(tick: () => void) {
        ticks.push(tick);
        return { unref: () => {}, tick };
      },
      setImmediate: (work: () => void) => void immediates.push(work),
      clearInterval: ({ tick }: { tick: () => void }) => void ticks.splice(ticks.indexOf(tick), 1),
    };
  if (id === 'perf_hooks') return { performance: { now: () => now } };
  if (id === 'inspector')
    return {
      close: () => void calls.push('close'),
      open(port: number) {
        calls.push(`open ${port}`);
        if (!mayOpen) throw new Error('Inspector is already activated');
      },
    };
  return require(`node:${id}`);
}) as Load;

const config = (token: string, more: Partial<ClaimConfig> = {}): ClaimConfig => ({
  url: 'culprit:probe',
  token,
  pid: 77,
  leaseMillis: 10_000,
  closeInspector: true,
  takesOver: false,
  ...more,
});
const CLAIMED = { is: 'claimed', closesInspector: true };
const release = (token: string, closeInspector = true) =>
  releaseTarget(load, { url: 'culprit:probe', token, closeInspector });
const isClaimed = () => hasSubscribers('culprit:claim');
/** Time goes by in the loop of the process. */
const pass = (millis: number, stepMillis = 500) => {
  for (let passed = 0; passed < millis; passed += stepMillis) {
    now += stepMillis;
    for (const tick of [...ticks]) tick();
  }
};

beforeEach(() => {
  now = 1_000;
  ticks = [];
  calls = [];
  mayOpen = true;
  immediates = [];
});
afterEach(() => {
  for (const token of ['one', 'two']) release(token, false);
  expect(isClaimed()).toBe(false);
});

describe('a claim', () => {
  test('is had by one look, which may ask again', () => {
    expect(claimTarget(load, config('one'))).toEqual(CLAIMED);
    now += 3_000;
    const holder = { pid: 77, heldMillis: 3_000, silentMillis: 3_000, closesInspector: true };
    expect(claimTarget(load, config('two', { pid: 88 }))).toEqual({ is: 'held', holder });
    expect(claimTarget(load, config('one'))).toEqual(CLAIMED);
    expect(ticks).toHaveLength(1);
  });

  test('is given up by its own look only, which closes what it opened', () => {
    claimTarget(load, config('one'));
    release('two');
    expect(calls).toEqual([]);
    expect(isClaimed()).toBe(true);
    release('one');
    expect(calls).toEqual(['close']);
    expect(isClaimed()).toBe(false);
    expect(ticks).toEqual([]);
    expect(claimTarget(load, config('two'))).toEqual(CLAIMED);
  });

  test('leaves an inspector open that was open before', () => {
    claimTarget(load, config('one', { closeInspector: false }));
    release('one', false);
    expect(calls).toEqual([]);
  });

  test('closes what another look had opened and could not use', () => {
    // It came to an inspector that the other one's signal had just opened.
    claimTarget(load, config('one', { closeInspector: false }));
    expect(claimTarget(load, config('two'))).toMatchObject({
      is: 'held',
      holder: { closesInspector: false },
    });
    release('two');
    expect(calls).toEqual([]);
    release('one', false);
    expect(calls).toEqual(['close']);
  });

  test('closes it as well when its holder is gone, and leaves it open when nobody opened it', () => {
    claimTarget(load, config('one', { closeInspector: false }));
    release('two');
    pass(11_000);
    expect(calls).toEqual(['close']);
    claimTarget(load, config('one', { closeInspector: false }));
    release('two', false);
    pass(11_000);
    release('one', false);
    expect(calls).toEqual(['close']);
  });

  test('closes what opens again when a blocked loop turns, unless it is for the next look', () => {
    claimTarget(load, config('one'));
    release('one');
    expect(calls).toEqual(['close']);
    const turnThrice = () => {
      for (let i = 0; i < 3; i++) for (const work of immediates.splice(0)) work();
    };
    turnThrice();
    expect(calls).toEqual(['close', 'close']);
    expect(immediates).toEqual([]);
    claimTarget(load, config('one'));
    release('one');
    claimTarget(load, config('two'));
    turnThrice();
    expect(calls).toEqual(['close', 'close', 'close']);
  });

  test('that was never had: what was opened is closed all the same', () => {
    release('one');
    expect(calls).toEqual(['close']);
  });

  test('expires when nobody asks on its behalf', () => {
    claimTarget(load, config('one'));
    pass(9_500);
    expect(calls).toEqual([]);
    pass(500);
    expect(calls).toEqual(['close']);
    expect(isClaimed()).toBe(false);
    expect(ticks).toEqual([]);
  });

  test('expires without closing what was open before', () => {
    claimTarget(load, config('one', { closeInspector: false }));
    pass(20_000);
    expect(calls).toEqual([]);
    expect(isClaimed()).toBe(false);
  });

  test('lives on while the probe is asked, and tells a newcomer how long it was not', () => {
    claimTarget(load, config('one'));
    for (let i = 0; i < 5; i++) {
      pass(8_000);
      askHolder(load, { say: 'renew' });
    }
    pass(2_500);
    expect(claimTarget(load, config('two'))).toMatchObject({
      is: 'held',
      holder: { heldMillis: 42_500, silentMillis: 2_500 },
    });
    expect(calls).toEqual([]);
  });

  test('takes a pause of the whole process for no silence of ours', () => {
    claimTarget(load, config('one'));
    pass(60_000, 30_000);
    expect(isClaimed()).toBe(true);
  });

  test('of a holder that was silent for twice its lease is taken over, and what it opened is closed in the end', () => {
    claimTarget(load, config('one'));
    // The loop is blocked: no timer ends the claim.
    now += 20_000;
    const two = config('two', { closeInspector: false, takesOver: true });
    expect(claimTarget(load, two)).toMatchObject({ is: 'held' });
    now += 1;
    expect(claimTarget(load, { ...two, takesOver: false })).toMatchObject({ is: 'held' });
    expect(claimTarget(load, two)).toEqual(CLAIMED);
    expect(calls).toEqual([]);
    expect(ticks).toHaveLength(1);
    release('one');
    expect(calls).toEqual([]);
    pass(10_000);
    expect(calls).toEqual(['close']);
  });

  test('is not to be had without built-in modules', () => {
    const nothing = (() => {
      throw new Error('no such module');
    }) as Load;
    expect(claimTarget(nothing, config('one'))).toEqual({ is: 'no-access' });
  });
});

describe('a move of the inspector', () => {
  const move = (token: string) => askHolder(load, { say: 'move', token });
  const port = process.debugPort;

  test('closes and opens it on a free port, and the next signal finds the port as it was', () => {
    claimTarget(load, config('one'));
    expect(move('one')).toMatchObject({ isYours: true, isMoving: true });
    expect(calls).toEqual(['close', 'open 0']);
    expect(process.debugPort).toBe(port);
  });

  test('is not made for another look', () => {
    claimTarget(load, config('one'));
    expect(move('two').isMoving).toBeUndefined();
    expect(calls).toEqual([]);
  });

  test('goes by the signal where it may not be opened, and the port is as it was in the end', () => {
    const signals: unknown[] = [];
    const kill = process.kill;
    process.kill = (...args) => {
      signals.push(args);
      return true;
    };
    try {
      mayOpen = false;
      claimTarget(load, config('one'));
      move('one');
    } finally {
      process.kill = kill;
    }
    expect(signals).toEqual([[process.pid, 'SIGUSR1']]);
    expect(process.debugPort).toBe(0);
    release('one');
    expect(process.debugPort).toBe(port);
  });
});
