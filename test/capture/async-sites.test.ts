// How many were made at a place and how many of them stay: exact where few stay, a fair sample where many do.
import { describe, expect, test } from 'vitest';
import type { ProbeAsyncSite } from '../../src/probe/probe-protocol.ts';
import { type AsyncSites, createAsyncSites } from '../../src/signals/async/probe/async-sites.ts';
import type { Creation } from '../../src/signals/async/probe/creation-site.ts';
import { useCores } from '../support/probe-here.ts';
import { seededRandom } from '../support/shapes.ts';

const makeCore = useCores();
const FRAMES = [['handle', '/app/src/orders.js', 41, 0]];

/** Made one after the other over ten seconds; `stays` says which of them stay. */
function make(
  sites: AsyncSites,
  core: { atMillis: number },
  count: number,
  stays: (i: number) => boolean,
  more: Partial<Creation> = {},
): object[] {
  const all: { _destroyed: boolean }[] = [];
  for (let i = 0; i < count; i++) {
    core.atMillis = (i * 10_000) / count;
    const resource = { _destroyed: false };
    all.push(resource);
    sites.remember({ type: 'Timeout', resource, frames: FRAMES, weight: 1, ...more });
    // As after each burst.
    if (i % 40 === 0) sites.tidy();
    // What ends, ends soon.
    const before = all[i - 3];
    if (before && !stays(i - 3)) before._destroyed = true;
  }
  core.atMillis = 10_000;
  for (const [i, resource] of all.entries()) if (!stays(i)) resource._destroyed = true;
  return all;
}

const share = ({ alive, watched }: ProbeAsyncSite) => alive / watched;

describe('a creation site', () => {
  test.each([0, 1, 5, 20])('of ten thousand of which %i stay is counted exactly', (staying) => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const held = make(sites, core, 10_000, (i) => i < staying);
    const [site, ...rest] = sites.read();
    expect(rest).toEqual([]);
    expect(site).toEqual({
      id: 0,
      type: 'Timeout',
      label: undefined,
      frames: FRAMES,
      repeats: false,
      delay: -1,
      referenced: staying === 0,
      made: 10_000,
      watched: 10_000,
      alive: staying,
      oldWatched: 5_000 + 1,
      oldAlive: staying,
      oldestMillis: staying > 0 ? 10_000 : 0,
    });
    expect(held).toHaveLength(10_000);
  });

  test.each([0.1, 0.3, 0.6, 1])('of which a share of %d stays is told by a fair sample', (staying) => {
    const shares = Array.from({ length: 30 }, (_, seed) => {
      const core = makeCore();
      const sites = createAsyncSites(core);
      const random = seededRandom(seed + 1);
      const stay = Array.from({ length: 4_000 }, () => random() < staying);
      const held = make(sites, core, 4_000, (i) => stay[i]!);
      const [site] = sites.read();
      expect(site!.made).toBe(held.length);
      expect(site!.alive).toBeLessThanOrEqual(120);
      return share(site!);
    });
    const mean = shares.reduce((sum, each) => sum + each, 0) / shares.length;
    expect(mean).toBeGreaterThan(staying * 0.85);
    expect(mean).toBeLessThanOrEqual(Math.min(1, staying * 1.15));
  });

  test('asks nothing of what is being made: a native handle is not whole inside of a hook', () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    let asked = 0;
    let isMade = false;
    const making = Array.from({ length: 2_000 }, () =>
      Object.defineProperty({}, 'fd', {
        get() {
          if (!isMade) asked++;
          return 3;
        },
      }),
    );
    for (const resource of making) sites.remember({ type: 'TCPWRAP', resource, frames: FRAMES, weight: 1 });
    expect(asked).toBe(0);
    isMade = true;
    expect(sites.read()[0]).toMatchObject({ made: 2_000 });
  });

  test.each([2, 3, 4, 5, 8, 10, 16])('of which every %i. stays is not misread for its rhythm', (every) => {
    for (let phase = 0; phase < every; phase++) {
      const core = makeCore();
      const sites = createAsyncSites(core);
      const held = make(sites, core, 6_000, (i) => i % every === phase);
      const [site] = sites.read();
      expect(held).toHaveLength(6_000);
      expect(share(site!)).toBeGreaterThan(0.6 / every);
      expect(share(site!)).toBeLessThan(1.6 / every);
    }
  });

  test('tells its stack once, and goes on under its number', () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const held = make(sites, core, 3, () => true);
    expect(sites.read()[0]).toMatchObject({ id: 0, frames: FRAMES, alive: 3 });
    expect(sites.read()[0]).toMatchObject({ id: 0, frames: [], alive: held.length });
  });

  test('is another one by type, by label and by stack, and four hundred are kept', () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const remember = (more: Partial<Creation>) =>
      sites.remember({ type: 'Timeout', resource: {}, frames: FRAMES, weight: 1, ...more });
    remember({});
    remember({ type: 'TCPWRAP' });
    remember({ label: 'GET /a' });
    remember({ label: 'GET /b' });
    remember({ frames: [['handle', '/app/src/orders.js', 42, 0]] });
    remember({});
    expect(sites.read().map(({ made }) => made)).toEqual([2, 1, 1, 1, 1]);
    for (let i = 0; i < 1_000; i++) remember({ label: `GET /${i}` });
    expect(sites.read()).toHaveLength(400);
  });

  test('that only Node’s own code makes is counted and not watched, unless it has a label', () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const frames = [['connect', 'node:net', 9, 0]];
    const resource = {};
    sites.remember({ type: 'TCPWRAP', resource, frames, weight: 3 });
    sites.remember({ type: 'http.server.request', resource, frames: [], weight: 3, label: 'GET /' });
    expect(sites.read().map(({ made, watched }) => [made, watched])).toEqual([
      [3, 0],
      [3, 1],
    ]);
  });

  test('counts what is closed as gone: a handle without a descriptor, a timer that was cleared', () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const handle = { fd: 7 };
    const timer = { _destroyed: false, _idleTimeout: 250, _repeat: 250 };
    sites.remember({ type: 'TCPWRAP', resource: handle, frames: FRAMES, weight: 1 });
    sites.remember({ type: 'Timeout', resource: timer, frames: FRAMES, weight: 1 });
    expect(sites.read().map(({ alive, delay, repeats }) => [alive, delay, repeats])).toEqual([
      [1, -1, false],
      [1, 250, true],
    ]);
    handle.fd = -1;
    timer._destroyed = true;
    expect(sites.read().map(({ alive }) => alive)).toEqual([0, 0]);
  });

  test('of timers says whether Node counts those that are alive', () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const intervals = [1, 2, 3].map(() => setInterval(() => {}, 60_000));
    for (const resource of intervals)
      sites.remember({ type: 'Timeout', resource, frames: FRAMES, weight: 1 });
    sites.remember({ type: 'TCPWRAP', resource: {}, frames: FRAMES, weight: 1 });
    const told = () => sites.read().map(({ referenced }) => referenced);
    expect(told()).toEqual([true, undefined]);
    intervals[0]!.unref();
    expect(told()).toEqual([false, undefined]);
    clearInterval(intervals[0]);
    expect(told()).toEqual([true, undefined]);
    for (const interval of intervals) clearInterval(interval);
    expect(told()).toEqual([true, undefined]);
  });

  test('holds little, however much is made: memory is bounded by the sites', () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const held = make(sites, core, 20_000, () => true);
    const many = createAsyncSites(core);
    make(many, core, 20_000, () => false);
    expect(held).toHaveLength(20_000);
    expect(sites.read()[0]!.alive).toBeLessThanOrEqual(120);
    // A stack, weak references to a hundred and twenty, a number for each that was gone within five seconds.
    for (const each of [sites, many])
      expect(each.ownHeapBytes()).toBeLessThan(400 + 96 + 120 * 120 + (20_000 / 8) * 120);
    expect(sites.ownHeapBytes()).toBeLessThan(25_000);
    core.stop();
    expect([sites.read(), sites.ownHeapBytes()]).toEqual([[], 0]);
  });
});

describe('what lasts', () => {
  test('is handed out by type and age, three of each site, and nothing that has ended', () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const requests = Array.from({ length: 6 }, (_, i) => ({ _destroyed: i === 0 }));
    for (const [i, resource] of requests.entries()) {
      core.atMillis = i * 1_000;
      sites.remember({ type: 'http.server.request', resource, frames: [], weight: 1, label: 'GET /' });
    }
    const other = {};
    sites.remember({ type: 'Timeout', resource: other, frames: FRAMES, weight: 1 });
    core.atMillis = 9_000;
    expect(sites.lasting('http.server.request', 5_000).map(({ resource }) => resource)).toEqual(
      requests.slice(1, 4),
    );
    expect(sites.lasting('http.server.request', 8_500)).toEqual([]);
    expect(sites.lasting('PROMISE', 0)).toEqual([]);
  });
});
