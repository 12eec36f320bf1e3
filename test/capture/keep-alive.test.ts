// The list of what keeps a process alive, taken of the very process that runs the test.
import { execFileSync, spawn } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, promises, readFile, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { gzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKeepAliveLook } from '../../src/capture/keep-alive-look.ts';
import { keepAliveSource } from '../../src/probe/expressions.ts';
import { listKeepAlive } from '../../src/signals/keep-alive/read.ts';
import type { AliveRead } from '../../src/signals/keep-alive/wire.ts';
import { SessionClosed } from '../../src/target/inspector/inspector-session.ts';
import { until } from '../live/support/wait.ts';
import { fakeContext, fakeThread } from '../support/fake-capture.ts';
import { fakeSession, openOwnSession } from '../support/fake-session.ts';

const undo: (() => unknown)[] = [];
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

const globals = () => Reflect.ownKeys(globalThis).map(String).sort();

describe('of a process with all sorts of things open', () => {
  let read: AliveRead;
  let refused: AliveRead;
  const pauses: number[] = [];
  let child: ReturnType<typeof spawn>;
  let before: string[];
  let after: string[];

  beforeAll(async () => {
    class Poller {
      tick() {}
    }
    const poller = new Poller();
    const interval = setInterval(poller.tick.bind(poller), 61_234);
    const odd = setInterval(function everyOdd() {}, 77_777);
    const usual = setTimeout(function inTenMinutes() {}, 600_000);
    const unreferenced = setInterval(function doesNotCount() {}, 45_000).unref();
    const evil = setInterval(function isEvil() {}, 45_000);
    Object.defineProperty(evil, '_repeat', {
      get() {
        throw new Error('no code of the program may run');
      },
    });
    undo.push(() => {
      for (const timer of [interval, odd, usual, unreferenced, evil]) clearInterval(timer);
    });

    const server = net.createServer(function onClient(socket) {
      // Clients go without a word at the end.
      socket.on('error', () => {});
      socket.resume().write(Buffer.alloc(1 << 20));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as net.AddressInfo;
    const socket = net.connect(port, '127.0.0.1').on('data', function onData() {});
    const paused = net.connect(port, '127.0.0.1').on('end', function onPausedEnd() {});
    await Promise.all([once(socket, 'connect'), once(paused, 'connect')]);
    paused.pause();
    // Only a full buffer makes Node stop reading.
    await until('the buffer is full', () => paused.readableLength >= paused.readableHighWaterMark);
    Object.defineProperty(socket, 'server', {
      get() {
        throw new Error('no code of the program may run');
      },
    });
    const feed = http.createServer(function onFeed(_request, response) {
      // As routers keep it.
      Object.assign(response, {
        req: Object.assign(_request, { route: { stack: [{ handle: function sendFeed() {} }] } }),
      });
      response.write('data: 1\n\n');
      response.on('close', function onLeft() {});
    });
    await once(feed.listen(0, '127.0.0.1'), 'listening');
    const follower = http.get({ port: (feed.address() as net.AddressInfo).port, path: '/feeds/17?secret=1' });
    await once(
      follower.on('error', () => {}),
      'response',
    );
    feed.close();
    const udp = dgram.createSocket('udp4').on('message', function onPacket() {});
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
    child = spawn('sleep', ['60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.once('exit', function onceExit() {});
    undo.push(
      () => udp.close(),
      () => server.close(),
      () => paused.destroy(),
      () => follower.destroy(),
      () => socket.destroy(),
      () => child.kill('SIGKILL'),
    );
    const session = openOwnSession();
    undo.push(() => session.close());
    before = globals();
    read = await listKeepAlive(session, null, (millis) => pauses.push(millis));
    refused = await listKeepAlive(session, 'it would take too long');
    after = globals();
  }, 60_000);

  const named = (list: AliveRead['groups'], name: string) =>
    list.find(({ frames }) => frames.some((frame) => frame[0] === name));

  test('timers are listed with their callback, also a bound one', () => {
    expect(named(read.groups, 'tick')).toMatchObject({
      kind: 'interval',
      delay: 61_234,
      through: 'callback',
    });
    expect(named(read.groups, 'inTenMinutes')).toMatchObject({ kind: 'timeout', delay: 600_000, count: 1 });
    expect(named(read.groups, 'isEvil')).toMatchObject({ count: 1 });
    expect(pauses.length).toBeGreaterThan(0);
  });

  test('unreferenced ones do not count', () => {
    expect(named(read.groups, 'doesNotCount')).toBeUndefined();
    expect(named(read.unreferenced, 'doesNotCount')).toMatchObject({ kind: 'interval' });
  });

  test('handles are listed with who waits for them', () => {
    expect(read.groups.find(({ kind }) => kind === 'server')).toMatchObject({
      frames: [['onClient', expect.any(String), expect.any(Number), expect.any(Number)]],
      what: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      through: "'connection' listener",
    });
    expect(named(read.groups, 'onData')).toMatchObject({
      kind: 'socket',
      state: 'open',
      what: expect.stringMatching(/^to 127\.0\.0\.1:\d+$/),
    });
    expect(named(read.groups, 'onLeft')).toMatchObject({
      frames: [
        ['sendFeed', expect.any(String), expect.any(Number), expect.any(Number)],
        ['onLeft', expect.any(String), expect.any(Number), expect.any(Number)],
        ['onFeed', expect.any(String), expect.any(Number), expect.any(Number)],
      ],
      kind: 'socket',
      state: 'answering',
      what: expect.stringMatching(
        /^from clients of :\d+ whose response to GET \/feeds\/# has not ended, of a closed server that waits for them to end$/,
      ),
      through: 'route handler',
    });
    expect(named(read.groups, 'onPacket')).toMatchObject({ kind: 'udp-socket' });
    expect(named(read.groups, 'onceExit')).toMatchObject({
      kind: 'child-process',
      what: 'sleep 60',
      examples: [`pid ${child.pid}`],
      through: "'exit' listener",
    });
    expect(read.groups.map(({ what }) => what)).toContain(`stdout of child process ${child.pid}`);
  });

  test('a socket that nobody reads is idle, not alive', () => {
    expect(named(read.groups, 'onPausedEnd')).toBeUndefined();
    expect(read.idleHandles).toBeGreaterThan(0);
  });

  test('without a walk over the heap, timers of usual delays are still found, and the others are counted', () => {
    expect(read.unlisted).toBeUndefined();
    expect(named(refused.groups, 'inTenMinutes')).toMatchObject({ kind: 'timeout', delay: 600_000 });
    expect(named(refused.groups, 'everyOdd')).toBeUndefined();
    expect(refused.unlisted?.reason).toBe('it would take too long');
    expect(refused.unlisted?.timeouts).toBeGreaterThan(0);
  });

  test('nothing is left behind', () => {
    expect(after).toEqual(before);
  });
});

describe('of a process whose thread pool has no thread left', () => {
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || 4;
  let read: AliveRead;

  beforeAll(async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'alive-'));
    const fifo = path.join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    // To open a pipe that nobody writes holds a thread.
    const opened = Array.from({ length: threads }, () => promises.open(fifo));
    const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
    await once(worker, 'online');
    worker.removeAllListeners();
    const hashed = new Promise<void>((done) => {
      pbkdf2('a', 'b', 1, 8, 'sha256', function hasHashed() {
        done();
      });
    });
    const zipped = new Promise<void>((done) => gzip('text', () => done()));
    const filed = new Promise<void>((done) => {
      readFile(import.meta.filename, function hasRead() {
        done();
      });
    });
    const session = openOwnSession();
    try {
      read = await listKeepAlive(session, null);
    } finally {
      session.close();
      const writer = openSync(fifo, 'r+');
      for (const handle of await Promise.all(opened)) await handle.close();
      closeSync(writer);
      await Promise.all([hashed, zipped, filed, worker.terminate()]);
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  const callbacks = () => read.groups.map(({ frames }) => frames[0]?.[0]);

  test('crypto, compression and files that wait are listed, with who waits for them', () => {
    const names = read.groups.filter(({ kind }) => kind === 'request').map(({ className }) => className);
    expect(names).toEqual(expect.arrayContaining(['PBKDF2Job', 'Zlib']));
    expect(callbacks()).toEqual(expect.arrayContaining(['hasHashed', 'hasRead']));
  });

  test('so is a worker that nobody listens to', () => {
    expect(read.groups.filter(({ kind }) => kind === 'worker').map(({ count }) => count)).toEqual([1]);
  });
});

test('the text that is sent is whole by itself', () => {
  expect(() => new Function(`return ${keepAliveSource()}`)).not.toThrow();
  expect(keepAliveSource()).not.toMatch(/\bimport\b/);
});

describe('listing', () => {
  test('says why when the thread gives no access', async () => {
    const session = fakeSession({ 'Runtime.evaluate': () => ({ result: { value: 'no access' } }) });
    await expect(listKeepAlive(session, null)).rejects.toThrow('no access');
    expect(session.sent.at(-1)?.[0]).toBe('Runtime.releaseObjectGroup');
  });

  test('is done once for each thread, and a refusal is no end', async () => {
    const alive = async () => {
      throw new Error('no access');
    };
    const thread = fakeThread({ reads: { alive } });
    const context = fakeContext([thread, fakeThread({ id: 1 })]);
    const look = createKeepAliveLook(context);
    await look();
    await look();
    expect(thread.calls).toEqual(['alive']);
    expect(context.outcome.warnings).toEqual([
      { code: 'keep-alive-not-listed', thread: 'main', reason: 'no access' },
    ]);
  });

  test('ends with the target', async () => {
    const alive = async () => {
      throw new SessionClosed('gone');
    };
    const thread = fakeThread({ reads: { alive } });
    await expect(createKeepAliveLook(fakeContext([thread]))()).rejects.toThrow('gone');
  });

  test('does not walk a heap for longer than the longest pause', async () => {
    const thread = fakeThread({ heapUsedBytes: 400 * 2 ** 20 });
    await createKeepAliveLook(fakeContext([thread]))();
    expect(thread.calls[0]).toMatch(/^alive finding them would pause .* \(--max-pause 1000 ms\)$/);
    const small = fakeThread({ heapUsedBytes: 4 * 2 ** 20 });
    await createKeepAliveLook(fakeContext([small]))();
    expect(small.calls).toEqual(['alive']);
  });
});
