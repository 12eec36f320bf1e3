// File streams that are left open, who uses libuv's thread pool, and names that are looked up: what the probe hears of
// them where they really happen.
import { AsyncResource } from 'node:async_hooks';
import crypto from 'node:crypto';
import dns from 'node:dns';
import { type EventEmitter, once } from 'node:events';
import fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import v8 from 'node:v8';
import vm from 'node:vm';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ProbeHandle } from '../../src/probe/probe-protocol.ts';
import { createAsyncSites } from '../../src/signals/async/probe/async-sites.ts';
import { createStreamOpenings, type StreamOpenings } from '../../src/signals/async/probe/stream-openings.ts';
import { createThreadPool } from '../../src/signals/thread-pool/probe/thread-pool.ts';
import { useTempFolder } from '../support/build-recording.ts';
import { isIn, namesIn, until, useCores, useProbes } from '../support/probe-here.ts';

const install = useProbes();
const makeCore = useCores();
const temp = useTempFolder();

const fileIn = (dir: string) => {
  const path = join(dir, 'upload.bin');
  fs.writeFileSync(path, 'x'.repeat(1_000));
  return path;
};
const opened = (stream: EventEmitter) => once(stream, 'open');
const closed = async (stream: fs.ReadStream | fs.WriteStream) => {
  const end = once(stream, 'close');
  stream.destroy();
  await end;
};

describe('file streams', () => {
  const streamsOf = (probe: ProbeHandle) => () =>
    probe.readAsync().sites.filter(({ type }) => type === 'fs.stream');

  it('that stay open are alive, with who opened them; one that was closed is not', async () => {
    const path = fileIn(temp());
    const probe = install();
    const open: fs.ReadStream[] = [];
    function leavesOpen() {
      open.push(fs.createReadStream(path));
    }
    function readsToTheEnd() {
      const stream = fs.createReadStream(path);
      stream.resume();
      return once(stream, 'close');
    }
    for (let i = 0; i < 3; i++) leavesOpen();
    await Promise.all(open.map(opened));
    for (let i = 0; i < 3; i++) await readsToTheEnd();
    const sites = streamsOf(probe)();
    const by = (name: string) => sites.find(({ frames }) => namesIn(frames as unknown[][]).includes(name));
    expect(by('leavesOpen')).toMatchObject({ made: 3, watched: 3, alive: 3 });
    expect(by('readsToTheEnd')).toMatchObject({ made: 3, watched: 3, alive: 0 });
    await Promise.all(open.map(closed));
    expect(streamsOf(probe)().map(({ alive }) => alive)).toEqual([0, 0]);
  });

  it('that are written count as those that are read', async () => {
    const dir = temp();
    const probe = install();
    const stream = fs.createWriteStream(join(dir, 'log'));
    await opened(stream);
    expect(streamsOf(probe)()).toMatchObject([{ made: 1, alive: 1 }]);
    await closed(stream);
    expect(streamsOf(probe)()).toMatchObject([{ made: 1, alive: 0 }]);
  });

  /** As from the init of the tick in which Node constructs it. */
  const constructed = (stream: object) => ({
    callback: function constructNT() {},
    args: [stream],
  });
  function tickFor(openings: StreamOpenings, stream: object) {
    openings.tick(constructed(stream), tickFor);
  }
  const openingsOf = () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    return { core, sites, openings: createStreamOpenings(core, sites) };
  };
  v8.setFlagsFromString('--expose-gc');
  const collectGarbage = vm.runInNewContext('gc') as () => void;

  it('that are lost with their file open stay alive; lost after they were closed, they do not', async () => {
    const path = fileIn(temp());
    const { core, sites, openings } = openingsOf();
    const descriptors: number[] = [];
    const lose = async (isClosed: boolean) => {
      const stream = fs.createReadStream(path);
      tickFor(openings, stream);
      await opened(stream);
      if (isClosed) await closed(stream);
      else descriptors.push((stream as unknown as { fd: number }).fd);
    };
    await lose(false);
    await (async () => lose(true))();
    core.atMillis = 6_000;
    const alive = () => sites.read().map((site) => [site.made, site.alive, site.oldWatched, site.oldAlive]);
    // The closed one at a place of its own.
    const expected = [
      [1, 1, 1, 1],
      [1, 0, 1, 0],
    ];
    expect(alive()).toEqual(expected);
    for (let i = 0; i < 5; i++) {
      await new Promise((done) => setTimeout(done, 10));
      collectGarbage();
    }
    expect(alive()).toEqual(expected);
    for (const fd of descriptors) fs.closeSync(fd);
  });

  it('are the only thing it takes from ticks, whatever is in them', () => {
    const { sites, openings } = openingsOf();
    function constructNT() {}
    for (const resource of [
      {},
      { callback: 7 },
      { callback: constructNT },
      { callback: constructNT, args: [] },
      { callback: constructNT, args: [null] },
      { callback: constructNT, args: [{ fd: 3 }] },
      { callback: () => {}, args: [process.stdout] },
    ])
      expect(() => openings.tick(resource, () => {})).not.toThrow();
    expect(sites.read()).toEqual([]);
  });

  it('are taken as a few that stand for all when there are many', () => {
    const { sites, openings } = openingsOf();
    const streams = Array.from({ length: 300 }, () => Object.create(fs.ReadStream.prototype) as object);
    for (const stream of streams.slice(0, 100)) tickFor(openings, stream);
    openings.settle(0.1);
    for (const stream of streams.slice(100)) tickFor(openings, stream);
    const made = sites.read().reduce((sum, site) => sum + site.made, 0);
    expect(made).toBeGreaterThan(10 + 120);
    expect(made).toBeLessThanOrEqual(10 + 280);
  });
});

describe('the thread pool', () => {
  const scrypt = promisify(crypto.scrypt) as (
    password: string,
    salt: string,
    bytes: number,
  ) => Promise<Buffer>;

  it('is watched: who uses it, from which line, how often and for how long', async () => {
    const probe = install();
    probe.startPoolWatch();
    async function hashesPasswords() {
      await Promise.all([1, 2, 3].map((i) => scrypt(`password${i}`, 'salt', 32)));
    }
    await hashesPasswords();
    await promisify(zlib.deflate)('x'.repeat(10_000));
    await dns.promises.lookup('localhost');
    const { millis, threads, sites } = probe.stopPoolWatch();
    expect(millis).toBeGreaterThan(0);
    expect(threads).toBe(Number(process.env.UV_THREADPOOL_SIZE) || 4);
    const of = (type: string) => sites.filter((site) => site.type === type);
    const [hashing, ...others] = of('SCRYPTREQUEST');
    expect(others).toEqual([]);
    expect(hashing).toMatchObject({ count: 3 });
    expect(hashing!.totalMillis).toBeGreaterThan(0);
    expect(isIn('files-and-pool.test')(hashing!.frames as unknown[][])).toBe(true);
    expect(namesIn(hashing!.frames as unknown[][])).toContain('hashesPasswords');
    expect(of('ZLIB').length).toBeGreaterThan(0);
    expect(of('GETADDRINFOREQWRAP')).toHaveLength(1);
    // What does not go through the pool is not in it.
    expect(sites.map(({ type }) => type)).not.toContain('Timeout');
    expect(sites.map(({ type }) => type)).not.toContain('PROMISE');
  });

  it('tells who was on a thread, and who only waited for one', async () => {
    const probe = install();
    probe.startPoolWatch();
    async function hashes() {
      await Promise.all(Array.from({ length: 16 }, (_, i) => scrypt(`password${i}`, 'salt', 32)));
    }
    async function asksForFiles() {
      for (let i = 0; i < 3; i++) await fs.promises.stat('/');
    }
    await Promise.all([hashes(), asksForFiles()]);
    const { sites } = probe.stopPoolWatch();
    const by = (name: string) => sites.find(({ frames }) => namesIn(frames as unknown[][]).includes(name))!;
    const [hashing, asking] = [by('hashes'), by('asksForFiles')];
    // Files wait behind hashes: for most of their time, and are on a thread for next to none of it.
    expect(asking.busyMillis! / asking.totalMillis).toBeLessThan(hashing.busyMillis! / hashing.totalMillis);
    expect(asking.busyMillis!).toBeLessThan(hashing.busyMillis! / 5);
  });

  it('of a stream that packs in many steps: one operation, on a thread for all of its steps', async () => {
    const probe = install();
    const text = crypto.randomBytes(400_000).toString('hex');
    async function packs() {
      await Promise.all([1, 2, 3, 4].map(() => promisify(zlib.gzip)(text)));
    }
    async function asksForFiles() {
      for (let i = 0; i < 10; i++) await fs.promises.stat('/');
    }
    probe.startPoolWatch();
    await Promise.all([packs(), asksForFiles()]);
    const { sites } = probe.stopPoolWatch();
    const by = (name: string) => sites.find(({ frames }) => namesIn(frames as unknown[][]).includes(name))!;
    const [packing, asking] = [by('packs'), by('asksForFiles')];
    expect(packing.count).toBe(4);
    expect(asking.busyMillis!).toBeLessThan(packing.busyMillis! / 5);
  });

  it('counts what is left of a stream that was there before, whose maker is not known', async () => {
    const probe = install();
    const brotli = zlib.createBrotliCompress();
    const ended = new Promise((done) => brotli.on('end', done).resume());
    probe.startPoolWatch();
    for (let i = 0; i < 5; i++) brotli.write(Buffer.alloc(50_000, `part ${i} of the text`));
    brotli.end();
    await ended;
    const { sites } = probe.stopPoolWatch();
    expect(sites).toMatchObject([{ type: 'ZLIB', frames: [] }]);
    expect(sites[0]!.totalMillis).toBeGreaterThan(0);
  });

  it('counts what has not come back yet for as long as it waits', async () => {
    const probe = install();
    probe.startPoolWatch();
    const pending = scrypt('password', 'salt', 32);
    const { sites } = probe.stopPoolWatch();
    expect(sites).toMatchObject([{ type: 'SCRYPTREQUEST', count: 1 }]);
    await pending;
  });

  it('is not watched any more after the watch: nothing is noted, and it begins anew', async () => {
    const probe = install();
    probe.startPoolWatch();
    probe.stopPoolWatch();
    await scrypt('password', 'salt', 32);
    expect(probe.stopPoolWatch().sites).toEqual([]);
    probe.startPoolWatch();
    await scrypt('password', 'salt', 32);
    expect(probe.stopPoolWatch().sites).toMatchObject([{ count: 1 }]);
    probe.startPoolWatch();
    probe.stop();
    await scrypt('password', 'salt', 32);
    expect(probe.stopPoolWatch().sites).toEqual([]);
    probe.startPoolWatch();
    await scrypt('password', 'salt', 32);
    expect(probe.stopPoolWatch().sites).toEqual([]);
  });

  const poolOf = () => {
    const core = makeCore();
    const pool = createThreadPool(core, (work) => work());
    return { core, pool };
  };

  it('knows the work of native addons, whether Node gives it a bare object or napi-rs the promise that it settles', async () => {
    const { pool } = poolOf();
    // As from N-API, whose resources are no instances of AsyncResource.
    const make = (type: string, prototype: object) => {
      function As() {}
      As.prototype = prototype;
      Reflect.construct(AsyncResource, [type], As);
    };
    pool.startWatch();
    function checksPassword() {
      make('undefined', Promise.prototype);
      make('bcrypt:compare', Object.prototype);
    }
    checksPassword();
    make('Job', { of: 'the program' });
    const { sites } = pool.stopWatch();
    expect(sites.map(({ type, count }) => [type, count]).sort()).toEqual([
      ['bcrypt:compare', 1],
      ['undefined', 1],
    ]);
    for (const { frames } of sites) expect(namesIn(frames as unknown[][])).toContain('checksPassword');
  });

  it('is sent one trivial operation at a time, which nobody takes for the program’s', async () => {
    const { core, pool } = poolOf();
    pool.startWatch();
    pool.probe();
    pool.probe();
    core.atMillis = 40;
    expect(pool.waits()).toEqual([40]);
    await until(
      () => pool.waits(),
      (waits) => waits.length === 0,
    );
    pool.probe();
    await new Promise((done) => setTimeout(done, 50));
    expect(pool.waits()).toEqual([0]);
    await promisify(fs.stat)('/');
    expect(pool.stopWatch().sites).toMatchObject([{ type: 'FSREQCALLBACK', count: 1 }]);
  });

  it('is left alone after stop', () => {
    const { core, pool } = poolOf();
    core.stop();
    pool.probe();
    expect(pool.waits()).toEqual([]);
    pool.startWatch();
    expect(pool.stopWatch().sites).toEqual([]);
  });

  it('keeps few stacks, but counts all, when there are many of one kind', async () => {
    const { pool } = poolOf();
    pool.startWatch();
    await Promise.all(Array.from({ length: 400 }, () => fs.promises.stat('/')));
    const { sites } = pool.stopWatch();
    expect(sites).toHaveLength(1);
    expect(sites[0]).toMatchObject({ type: 'FSREQPROMISE' });
    expect(sites[0]!.count).toBeGreaterThan(200);
    expect(sites[0]!.count).toBeLessThan(800);
  });
});

describe('names that are looked up', () => {
  it('are told once, with how long it took', async () => {
    const probe = install();
    await dns.promises.lookup('localhost');
    await promisify(dns.lookup)('localhost');
    const told = await until(
      () => (probe.sample().lookups ?? []).filter(({ name }) => name === 'localhost'),
      (lookups) => lookups.length > 0,
    );
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ name: 'localhost', call: 'lookup' });
    expect(told[0]!.count).toBeGreaterThanOrEqual(1);
    expect(told[0]!.totalMillis).toBeGreaterThanOrEqual(told[0]!.longestMillis);
    await new Promise((done) => setTimeout(done, 20));
    const more = (probe.sample().lookups ?? []).reduce((sum, { count }) => sum + count, 0);
    expect(told[0]!.count + more).toBe(2);
    expect(probe.sample().lookups).toEqual([]);
  });

  it('are not heard of any more after stop', async () => {
    const probe = install();
    probe.stop();
    await dns.promises.lookup('localhost');
    expect(probe.sample()).toEqual({ stopped: true });
  });
});
