// expectNoLeak in the process that runs the test: what it finds, what it leaves alone, and that nothing of it stays.
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { expectNoLeak, LeakError, type LeakOptions, measureLeaks } from '../../src/testing/index.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Quick, for bodies that take next to no time. */
const QUICK: LeakOptions = { confirmMillis: 300 };

async function leakOf(body: () => unknown, options = QUICK): Promise<LeakError> {
  const error = await expectNoLeak(body, options).catch((thrown: unknown) => thrown);
  if (error instanceof LeakError) return error;
  throw new Error(`no leak was found: ${String(error)}`);
}

describe('finds and names with the line', () => {
  test('a Map that is never trimmed', async () => {
    const sessions = new Map<number, object>();
    let id = 0;
    const { message, findings } = await leakOf(() => {
      sessions.set(id++, { id });
    });
    expect(findings).toHaveLength(1);
    expect(message).toContain('Map `sessions` grows by 1 entry a round');
    expect(message).toMatch(/test\/testing\/expect-no-leak\.test\.ts:29/);
    expect(message).toContain('It grew in each of 5 rounds, and in');
  });

  test('an array, a plain object and a set', async () => {
    const list: object[] = [];
    const byName: Record<string, number> = {};
    const seen = new Set<number>();
    let n = 0;
    const { findings } = await leakOf(() => {
      list.push({ n });
      byName[`key ${n}`] = n;
      seen.add(n++);
    });
    const titles = findings.map(({ title }) => title).join('\n');
    expect(titles).toContain('Array `list`');
    expect(titles).toContain('Object `byName`');
    expect(titles).toContain('Set `seen`');
  });

  test('listeners of an emitter and of an event target', async () => {
    const bus = new EventEmitter().setMaxListeners(0);
    const target = new EventTarget();
    const options = { ...QUICK, confirmMillis: 0 };
    const first = await leakOf(() => bus.on('order', () => 1), options);
    expect(first.findings[0]).toMatchObject({ kind: 'listener-leak', perRound: 1, unit: 'listeners' });
    expect(first.message).toContain("Listeners for 'order' accumulate on EventEmitter `bus`");
    const second = await leakOf(() => target.addEventListener('tick', () => {}), options);
    expect(second.message).toContain("Listeners for 'tick' accumulate on EventTarget `target`");
  });

  test('intervals, and timers that set themselves again', async () => {
    const timers = new Set<NodeJS.Timeout>();
    let isOver = false;
    const tick = () => {
      if (!isOver) setTimeout(tick, 15);
    };
    const chain = await leakOf(tick);
    isOver = true;
    expect(chain.findings[0]).toMatchObject({ kind: 'timer-leak', function: 'tick' });
    const interval = await leakOf(() => {
      timers.add(setInterval(() => {}, 1_000));
    });
    expect(interval.message).toContain('setInterval (every 1000 ms) accumulate at 1 a round');
    for (const timer of timers) clearInterval(timer);
  });

  test('servers that are never closed, and sockets', async () => {
    const servers: net.Server[] = [];
    const server = await leakOf(async () => {
      const listening = net.createServer();
      servers[servers.length] = listening;
      await new Promise<void>((resolve) => void listening.listen(0, '127.0.0.1', resolve));
    });
    expect(server.findings.map(({ kind }) => kind)).toEqual(['server-leak']);
    const { port } = servers[0]!.address() as net.AddressInfo;
    const sockets: net.Socket[] = [];
    const socket = await leakOf(async () => {
      const connected = net.connect(port, '127.0.0.1');
      sockets[sockets.length] = connected;
      await new Promise<void>((resolve) => void connected.once('connect', resolve));
    });
    for (const connected of sockets) connected.destroy();
    for (const listening of servers) listening.close();
    expect(socket.findings.map(({ kind }) => kind)).toEqual(['socket-leak']);
  });

  test('open files, by descriptor and as FileHandle', async () => {
    const fds: number[] = [];
    const byDescriptor = await leakOf(() => {
      fds.push(fs.openSync('/etc/hostname', 'r'));
    });
    for (const fd of fds) fs.closeSync(fd);
    expect(byDescriptor.findings.find(({ kind }) => kind === 'fd-leak')?.title).toContain('/etc/hostname');
    const handles: fs.promises.FileHandle[] = [];
    const asHandle = await leakOf(async () => {
      handles[handles.length] = await fs.promises.open('/etc/hostname');
    });
    for (const handle of handles) await handle.close();
    expect(asHandle.findings[0]).toMatchObject({
      kind: 'fd-leak',
      file: 'test/testing/expect-no-leak.test.ts',
    });
  });

  test('child processes, and not their pipes beside them', async () => {
    const children: ReturnType<typeof spawn>[] = [];
    const { findings } = await leakOf(async () => {
      const child = spawn('sleep', ['30']);
      children[children.length] = child;
      await new Promise((resolve) => child.once('spawn', resolve));
    });
    for (const child of children) child.kill('SIGKILL');
    expect(findings.map(({ kind }) => kind)).toEqual(['child-process-leak']);
  });

  test('what no collection holds, by where it is allocated', async () => {
    interface Link {
      before: Link | null;
      data: number[];
    }
    const chain: { head: Link | null } = { head: null };
    const { findings } = await leakOf(function grow() {
      chain.head = { before: chain.head, data: new Array(500).fill(1.5) };
    });
    expect(findings[0]).toMatchObject({ kind: 'heap-leak', unit: 'bytes', function: 'grow' });
  });
});

describe('accuses nobody for', () => {
  test('a cache with a limit that was not met in the measured rounds', async () => {
    const cache = new Map<number, number>();
    let n = 0;
    const result = await expectNoLeak(() => {
      cache.set(n++, n);
      if (cache.size > 40) cache.delete(cache.keys().next().value!);
    });
    expect(result.confirmingRounds).toBeGreaterThan(40);
  });

  test('calls that a mock records, and says so', async () => {
    const spy = vi.fn();
    const result = await expectNoLeak(() => spy({ some: 'call' }), QUICK);
    expect(result.settled.join()).toContain('calls that mocks record');
  });

  test('timers that are cleared, timers that end, console output, contexts', async () => {
    const context = new AsyncLocalStorage<object>();
    vi.spyOn(console, 'log').mockImplementation(() => {});
    await expectNoLeak(async () => {
      const timer = setInterval(() => {}, 2);
      await new Promise((resolve) => setTimeout(resolve, 5));
      clearInterval(timer);
      setTimeout(() => {}, 2_000).unref();
      console.log('a line');
      context.run({}, () => Promise.resolve());
    }, QUICK);
  });

  test('what is within the tolerance, or ignored with a reason', async () => {
    const kept: number[] = [];
    const body = () => kept.push(1);
    await expectNoLeak(body, { ...QUICK, tolerance: { entries: 1 } });
    const ignore = [{ match: 'kept', reason: 'kept on purpose in this test' }];
    const result = await expectNoLeak(body, { ...QUICK, ignore });
    expect(result.settled.join()).toContain('ignored, kept on purpose in this test: Array `kept`');
  });
});

describe('does no harm:', () => {
  test('an error of the body comes out as it is, and everything is as it was', async () => {
    const before = { globals: Reflect.ownKeys(globalThis), open: fs.open, openSync: fs.openSync };
    const fault = new Error('from the body');
    let round = 0;
    const map = new Map<number, number>();
    const body = () => {
      map.set(round, round);
      if (round++ === 9) throw fault;
    };
    await expect(expectNoLeak(body)).rejects.toBe(fault);
    expect(Reflect.ownKeys(globalThis)).toEqual(before.globals);
    expect({ open: fs.open, openSync: fs.openSync }).toEqual({
      open: before.open,
      openSync: before.openSync,
    });
    expect(Reflect.ownKeys(map)).toEqual([]);
    // The next check is not refused.
    await expectNoLeak(() => {});
  });

  test('traps are gone from what was accused', async () => {
    const list: number[] = [];
    const byKey: Record<string, number> = {};
    await leakOf(() => {
      byKey[`key ${list.push(1)}`] = 1;
    });
    expect(Object.hasOwn(list, 'push')).toBe(false);
    expect(Object.getPrototypeOf(byKey)).toBe(Object.prototype);
  });

  test('a second check at the same time is refused in words', async () => {
    const both = await Promise.allSettled([expectNoLeak(() => {}), expectNoLeak(() => {})]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(expectNoLeak(() => expectNoLeak(() => {}))).rejects.toThrow(
      /has been running.*do not nest/s,
    );
  });

  test('a body that never ends is given up, by time or by the signal of the runner', async () => {
    const never = () => new Promise(() => {});
    await expect(expectNoLeak(never, { roundMillis: 30 })).rejects.toThrow(/longer than 30 ms/);
    const controller = new AbortController();
    const ended = expectNoLeak(never, { signal: controller.signal });
    controller.abort(new Error('the test timed out'));
    await expect(ended).rejects.toThrow('the test timed out');
    await expectNoLeak(() => {});
  });

  test('options that make no sense are refused with the cure', async () => {
    await expect(expectNoLeak(() => {}, { rounds: 1 })).rejects.toThrow(
      '`rounds` must be a whole number of at least 3',
    );
    const ignore = [{ match: 'x', reason: ' ' }];
    await expect(expectNoLeak(() => {}, { ignore })).rejects.toThrow('needs a reason');
  });
});

test('with fake timers on it does not hang, and says so', async () => {
  vi.useFakeTimers();
  const result = await measureLeaks(() => {
    setTimeout(() => {}, 1_000);
  }, QUICK);
  expect(result.isClean).toBe(true);
  expect(result.warnings.join()).toContain('Fake timers are on');
});

test('names from the program are no escape codes in the message', async () => {
  const emitter = new EventEmitter().setMaxListeners(0);
  const { message } = await leakOf(() => emitter.on('\u001b[31mred', () => emitter), { confirmMillis: 0 });
  expect(message).not.toContain('\u001b');
  expect(message).toContain('[31mred');
});
