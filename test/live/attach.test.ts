// Every way to name a target, every reason for not attaching, and targets that misbehave while they are watched:
// each ends in one clear message and the right exit code.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import CDP from 'chrome-remote-interface';
import { afterAll, describe, expect, test } from 'vitest';
import { reportErrors } from '../support/json-schemas.ts';
import { asksFor, skipUnless } from '../support/requires.ts';
import {
  type CulpritResult,
  reportOf,
  runCulprit,
  startCulprit,
  wentWrongInside,
} from './support/culprit.ts';
import { nodeBinary } from './support/node-versions.ts';
import { isCpuProfilerOn, listeningPorts, openInspectorPort, untilBlocked } from './support/observe.ts';
import { endAllTargets, get, type RunningTarget, startTarget, type TargetOptions } from './support/target.ts';
import { delay, until } from './support/wait.ts';

const scratch = mkdtempSync(join(tmpdir(), 'culprit-attach-'));
const pidsToEnd: number[] = [];
const servers: net.Server[] = [];

asksFor('other Node versions');
afterAll(async () => {
  await endAllTargets();
  for (const pid of pidsToEnd) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {}
  }
  for (const server of servers) server.close();
  rmSync(scratch, { recursive: true, force: true });
});

const SERVER = `
'use strict';
const http = require('http');
const kept = [];
const server = http.createServer((req, res) => {
  const later = (work) => { res.end('soon'); setTimeout(work, 50); };
  if (req.url === '/exit') return later(() => process.exit(0));
  if (req.url === '/throw') return later(() => { throw new Error('planted'); });
  if (req.url === '/block-forever') return later(function spinForEver() { for (;;) Math.sqrt(Math.random()); });
  if (req.url === '/sleep-outside') return later(function waitForChild() { require('child_process').execFileSync('sleep', ['13']); });
  if (req.url === '/eat') return later(function eat() { setInterval(() => { for (let i = 0; i < 1500; i++) kept.push({ i, lines: new Array(50).fill(i) }); }, 60); });
  if (req.url === '/signals') return res.end(String(globalThis.usr1 || 0));
  res.end('ok');
});
server.listen(0, '127.0.0.1', () => console.log('READY ' + server.address().port));
`;

const serve = (options: TargetOptions = {}) => startTarget({ code: SERVER, ...options });
const quick = (target: string | number, ...more: string[]) =>
  runCulprit(['diagnose', String(target), '--duration', '1s', ...more]);

/** The whole of a refusal: exit code, no result, one message with a cure, and nothing else. */
function expectRefusal(result: CulpritResult, code: number, ...words: (string | RegExp)[]): void {
  expect(wentWrongInside(result)).toBeNull();
  expect(result.stdout).toBe('');
  expect(result.stderr).toMatch(/^culprit: .+\n/);
  for (const word of words) expect(result.stderr).toMatch(word);
  expect(result.code, result.stderr).toBe(code);
}

function expectReport(result: CulpritResult): ReturnType<typeof reportOf> {
  expect(wentWrongInside(result)).toBeNull();
  expect(result.code, result.stderr).toBe(0);
  return reportOf(result);
}

async function expectUntouched(target: RunningTarget): Promise<void> {
  expect(await target.get('/')).toBe('ok');
  expect(await openInspectorPort(target.pid, target.port)).toBeNull();
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listen(server: net.Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}

describe('ways to name a target', () => {
  test.concurrent('an inspector that was open stays open, at the same address', async () => {
    const target = await serve({ nodeArgs: ['--inspect=127.0.0.1:0'] });
    const port = await openInspectorPort(target.pid, target.port);
    const list = await get(port!, '/json/list');
    expectReport(await quick(target.pid, '--json', '-'));
    expect(await get(port!, '/json/list')).toBe(list);
    expect(isCpuProfilerOn(target.pid)).toBe(false);
    // Also when we were interrupted.
    const culprit = startCulprit(['diagnose', String(target.pid), '--duration', '30s'], { saysPhases: true });
    await culprit.reaches('sampling');
    culprit.kill('SIGINT');
    expect(wentWrongInside(await culprit.ended)).toBeNull();
    expect(await get(port!, '/json/list')).toBe(list);
    await target.end();
  });

  test.concurrent('host:port and ws:// of an inspector, which stays open', async () => {
    const target = await serve({ nodeArgs: ['--inspect=127.0.0.1:0'] });
    const port = (await openInspectorPort(target.pid, target.port))!;
    const url = JSON.parse(await get(port, '/json/list'))[0].webSocketDebuggerUrl as string;
    for (const word of [`127.0.0.1:${port}`, `localhost:${port}`, url]) {
      expect(expectReport(await quick(word, '--json', '-')).target.pid).toBe(target.pid);
    }
    expect(await openInspectorPort(target.pid, target.port)).toBe(port);
    await target.end();
  });

  test.concurrent(':port that the app listens on, and a part of its command line', async () => {
    const target = await serve({ name: `orders-${process.pid}.cjs` });
    for (const word of [`:${target.port}`, `orders-${process.pid}`]) {
      expect(expectReport(await quick(word, '--json', '-')).target.pid).toBe(target.pid);
    }
    await expectUntouched(target);
    await target.end();
  });

  test.concurrent('a part of two command lines lists both and asks to choose', async () => {
    const [one, two] = await Promise.all([1, 2].map((n) => serve({ name: `twins-${process.pid}-${n}.cjs` })));
    expectRefusal(await quick(`twins-${process.pid}`), 2, String(one!.pid), String(two!.pid), /pid/);
    await expectUntouched(one!);
    await expectUntouched(two!);
    await one!.end();
    await two!.end();
  });

  test.concurrent.each([
    ['a part of no command line', 'no-such-program-anywhere'],
    ['an empty word', ''],
    ['pid 0', '0'],
    ['a port out of range', ':70000'],
    ['a broken URL', 'ws://'],
  ])('%s is wrong use', async (_what, word) => {
    expectRefusal(await quick(word), 2);
  });

  test.concurrent('a port that nobody listens on', async () => {
    const port = await freePort();
    expectRefusal(await quick(`:${port}`), 2, String(port));
    expectRefusal(await quick(`127.0.0.1:${port}`), 3, String(port));
    expectRefusal(await quick(`ws://127.0.0.1:${port}/x`), 3, String(port));
  });
});

describe('no attach, and why', () => {
  test.concurrent('the inspector port is held by another Node process, which is named', async () => {
    const port = await freePort();
    const holder = await serve({ name: 'holder.cjs', nodeArgs: [`--inspect=127.0.0.1:${port}`] });
    const target = await serve({
      usesDefaultInspectorPort: true,
      nodeArgs: [`--inspect-port=127.0.0.1:${port}`],
    });
    expectRefusal(await quick(target.pid), 3, String(port), new RegExp(`process ${holder.pid}\\b`));
    await expectUntouched(target);
    expect(await openInspectorPort(holder.pid, holder.port)).toBe(port);
    expect(isCpuProfilerOn(holder.pid)).toBe(false);
    await holder.end();
    await target.end();
  });

  test.concurrent('a pid that is not there', async () => {
    let pid = 4_000_000;
    while (existsSync(`/proc/${pid}`)) pid--;
    expectRefusal(await quick(pid), 2, /There is no process/, /culprit ps/);
  });

  test.concurrent('a program that is not Node is left alone', async () => {
    const child = spawn('sleep', ['60']);
    pidsToEnd.push(child.pid!);
    await new Promise((resolve) => child.once('spawn', resolve));
    expectRefusal(await quick(child.pid!), 3, /not a Node.js process/);
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });

  test.concurrent('a zombie', async () => {
    // The shell starts a Node process and then becomes a program that never collects it.
    const script = `"${process.execPath}" -e 0 & echo $!; exec sleep 60`;
    const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    pidsToEnd.push(child.pid!);
    const pid = await new Promise<string>((resolve) => {
      child.stdout.on('data', (chunk) => resolve(String(chunk).trim()));
    });
    await until('it is a zombie', () => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
    expectRefusal(await quick(pid), 3, /zombie/);
  });

  test.concurrent('a stopped process, until it runs again', async () => {
    const target = await serve();
    process.kill(target.pid, 'SIGSTOP');
    await until('it is stopped', () => readFileSync(`/proc/${target.pid}/stat`, 'utf8').includes(') T '));
    expectRefusal(await quick(target.pid), 3, /stopped/, new RegExp(`kill -CONT ${target.pid}`));
    process.kill(target.pid, 'SIGCONT');
    await expectUntouched(target);
    expectReport(await quick(target.pid, '--json', '-'));
    await expectUntouched(target);
    await target.end();
  });

  test('a target with --disable-sigusr1 is not killed', async (context) => {
    await skipUnless(context, 'other Node versions');
    const target = await serve({ node: nodeBinary(24), nodeArgs: ['--disable-sigusr1'] });
    expectRefusal(await quick(target.pid), 3, /--disable-sigusr1/);
    await expectUntouched(target);
    await target.end();
  });

  test('a target under --permission opens no inspector', async (context) => {
    await skipUnless(context, 'other Node versions');
    const target = await serve({
      node: nodeBinary(24),
      nodeArgs: ['--permission', '--allow-fs-read=*'],
    });
    expectRefusal(await quick(target.pid), 3, /--permission/);
    await expectUntouched(target);
    await target.end();
  });

  test.concurrent('a target with a SIGUSR1 handler of its own', async () => {
    const code = `process.on('SIGUSR1', () => { globalThis.usr1 = (globalThis.usr1 || 0) + 1; });${SERVER}`;
    const target = await startTarget({ code });
    expectRefusal(await quick(target.pid), 3, /SIGUSR1/, /--inspect/);
    expect(await target.get('/signals')).toBe('1');
    await expectUntouched(target);
    await target.end();
  });

  test.concurrent('a target that another debugger has paused stays paused', async () => {
    const target = await serve({ nodeArgs: ['--inspect=127.0.0.1:0'] });
    const port = (await openInspectorPort(target.pid, target.port))!;
    const url = JSON.parse(await get(port, '/json/list'))[0].webSocketDebuggerUrl as string;
    const client = await CDP({ target: url, local: true });
    let resumed = 0;
    client.on('Debugger.resumed', () => resumed++);
    const paused = new Promise((resolve) => client.on('Debugger.paused', resolve));
    await client.send('Debugger.enable', {});
    await client.send('Debugger.pause');
    void target.get('/').catch(() => {});
    await paused;
    for (const word of [target.pid, `127.0.0.1:${port}`]) {
      expectRefusal(await quick(word), 3, /paused/, /debugger/i);
    }
    expect(resumed).toBe(0);
    await expect(target.get('/', 500)).rejects.toThrow();
    await client.send('Debugger.resume');
    expect(await target.get('/')).toBe('ok');
    // The other debugger still works, and alone.
    await client.send('Debugger.pause');
    await client.close();
    await target.end();
  });

  test.concurrent.for(['--inspect-brk', '--inspect-wait'])(
    'a target that waits for a debugger (%s) goes on waiting',
    async (flag, context) => {
      if (flag === '--inspect-wait') await skipUnless(context, 'other Node versions');
      const node = flag === '--inspect-wait' ? nodeBinary(24) : process.execPath;
      const child = spawn(node, [
        `${flag}=127.0.0.1:0`,
        '-e',
        'console.log("RAN"); setInterval(() => {}, 1000)',
      ]);
      pidsToEnd.push(child.pid!);
      let out = '';
      child.stdout.on('data', (chunk) => {
        out += chunk;
      });
      await until('its inspector is open', () => openInspectorPort(child.pid!, 0));
      const result = await quick(child.pid!, '--json', '-');
      expect(wentWrongInside(result)).toBeNull();
      expect([0, 3]).toContain(result.code);
      expect(out).toBe('');
      expect(child.exitCode ?? child.signalCode).toBeNull();
    },
  );
});

describe('what answers at host:port is no inspector', () => {
  const garbage = Buffer.from(Array.from({ length: 3_000 }, (_, i) => (i * 7) % 256));
  const upgrade = (socket: net.Socket, key: string) => {
    // A web socket whose handshake is right.
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
  };
  const inspectorLike = (onUpgrade: (socket: net.Socket, key: string) => void) => {
    const server = http.createServer((_request, response) => {
      const { port } = server.address() as net.AddressInfo;
      response.end(
        JSON.stringify([{ type: 'node', title: 'x', webSocketDebuggerUrl: `ws://127.0.0.1:${port}/abc` }]),
      );
    });
    server.on('upgrade', (request, socket) =>
      onUpgrade(socket as net.Socket, String(request.headers['sec-websocket-key'])),
    );
    return server;
  };
  const frame = (text: string) => {
    const bytes = Buffer.from(text);
    const head =
      bytes.length < 126
        ? Buffer.from([0x81, bytes.length])
        : Buffer.from([0x81, 126, bytes.length >> 8, bytes.length & 255]);
    return Buffer.concat([head, bytes]);
  };

  const cases: [string, () => net.Server][] = [
    ['never answers', () => net.createServer((socket) => socket.on('error', () => {}))],
    ['answers garbage', () => net.createServer((socket) => socket.on('error', () => {}).end(garbage))],
    ['hangs up', () => net.createServer((socket) => socket.destroy())],
    ['answers HTML', () => http.createServer((_, response) => response.end('<html>hello</html>'))],
    [
      'answers JSON of another shape',
      () => http.createServer((_, response) => response.end('[{"type":"page"}]')),
    ],
    [
      'answers without end',
      () =>
        http.createServer((_, response) => {
          const timer = setInterval(() => response.write(' '.repeat(20_000)), 5);
          response.on('close', () => clearInterval(timer));
        }),
    ],
    ['never answers the upgrade', () => inspectorLike((socket) => socket.on('error', () => {}))],
    ['refuses the upgrade', () => inspectorLike((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))],
    [
      'never answers a command',
      () =>
        inspectorLike((socket, key) =>
          upgrade(
            socket.on('error', () => {}),
            key,
          ),
        ),
    ],
    [
      'answers commands with garbage',
      () =>
        inspectorLike((socket, key) => {
          upgrade(socket, key);
          socket.on('error', () => {});
          socket.on('data', () => socket.write(frame('this is no JSON')));
        }),
    ],
    [
      'answers commands with JSON of another shape',
      () =>
        inspectorLike((socket, key) => {
          upgrade(socket, key);
          socket.on('error', () => {});
          let id = 0;
          socket.on('data', () => socket.write(frame(JSON.stringify({ id: ++id, result: null }))));
        }),
    ],
    [
      'breaks the web socket protocol',
      () =>
        inspectorLike((socket, key) => {
          upgrade(socket, key);
          socket.on('error', () => {});
          socket.on('data', () => socket.write(garbage));
        }),
    ],
  ];

  test.concurrent.each(cases)('a server that %s', async (_what, create) => {
    const server = create();
    const port = await listen(server);
    expectRefusal(await quick(`127.0.0.1:${port}`), 3);
  });

  test.concurrent('a ws:// address that never answers', async () => {
    const port = await listen(net.createServer((socket) => socket.on('error', () => {})));
    expectRefusal(await quick(`ws://127.0.0.1:${port}/abc`), 3, String(port));
  });
});

describe('the target misbehaves while it is watched', () => {
  /** Starts culprit and resolves once the capture is under way. */
  async function watch(target: RunningTarget, duration: string) {
    const args = ['diagnose', String(target.pid), '--duration', duration, '--json', '-'];
    const culprit = startCulprit(args, { saysPhases: true });
    await culprit.reaches('sampling', 2);
    return culprit;
  }

  test.concurrent.each(['/exit', '/throw'])(
    'it ends by %s: what was captured until then is analysed',
    async (path) => {
      const target = await serve();
      const culprit = await watch(target, '30s');
      await target.get(path);
      const result = await culprit.ended;
      expect(wentWrongInside(result)).toBeNull();
      expect([0, 3]).toContain(result.code);
      expect(JSON.stringify(reportOf(result).warnings)).toContain('target-ended');
      await target.end();
    },
  );

  test.concurrent('somebody closes its inspector: it is said to run on, not to have ended', async () => {
    const target = await serve();
    const culprit = await watch(target, '30s');
    const port = await openInspectorPort(target.pid, target.port);
    const url = JSON.parse(await get(port!, '/json/list'))[0].webSocketDebuggerUrl as string;
    const client = await CDP({ target: url, local: true });
    const expression = "require('inspector').close()";
    await client.send('Runtime.evaluate', { expression, includeCommandLineAPI: true }).catch(() => {});
    const result = await culprit.ended;
    expect(wentWrongInside(result)).toBeNull();
    const warnings = JSON.stringify(reportOf(result).warnings);
    expect(warnings).toContain('inspector-closed');
    expect(warnings).not.toContain('target-ended');
    expect(await target.get('/')).toBeDefined();
    await target.end();
  });

  test.concurrent('kill -9 of the target: what was captured until then is analysed', async () => {
    const target = await serve();
    const culprit = await watch(target, '30s');
    target.child.kill('SIGKILL');
    const result = await culprit.ended;
    expect(wentWrongInside(result)).toBeNull();
    expect([0, 3]).toContain(result.code);
    expect(JSON.stringify(reportOf(result).warnings)).toContain('target-ended');
    await target.end();
  });

  test.concurrent('it runs out of memory: what was captured until then is analysed', async () => {
    const target = await serve({ nodeArgs: ['--max-old-space-size=20'] });
    const culprit = await watch(target, '30s');
    await target.get('/eat');
    const result = await culprit.ended;
    expect(wentWrongInside(result)).toBeNull();
    expect([0, 3]).toContain(result.code);
    expect(JSON.stringify(reportOf(result).warnings)).toContain('target-ended');
    await target.end();
  });

  test.concurrent('it blocks for ever: the report names the function, and the inspector is closed', async () => {
    const target = await serve();
    const culprit = await watch(target, '8s');
    await target.get('/block-forever');
    const report = expectReport(await culprit.ended);
    expect(report.findings[0]?.subject.function).toBe('spinForEver');
    expect(report.capture.restored).toBe(true);
    await until(
      'the inspector is closed',
      async () => (await openInspectorPort(target.pid, target.port)) === null,
    );
    await target.end();
  });

  test.concurrent('it was blocked for ever before we came', async () => {
    const target = await serve();
    await target.get('/block-forever');
    await untilBlocked(target.pid);
    const report = expectReport(
      await runCulprit(['diagnose', String(target.pid), '--duration', '8s', '--json', '-']),
    );
    expect(report.findings[0]?.subject.function).toBe('spinForEver');
    await until(
      'the inspector is closed',
      async () => (await openInspectorPort(target.pid, target.port)) === null,
    );
    await target.end();
  });

  test.concurrent('it waits 13 s for a child process, longer than the lease, and the capture goes on after', async () => {
    const target = await serve();
    const culprit = await watch(target, '22s');
    await target.get('/sleep-outside');
    const report = expectReport(await culprit.ended);
    expect(report.warnings.map(({ code }) => code)).not.toContain('target-ended');
    expect(report.findings[0]?.kind).toBe('event-loop-block');
    expect(report.findings[0]?.subject.function).toBe('waitForChild');
    await expectUntouched(target);
    await target.end();
  });

  test.concurrent('it is stopped for a while: no hang', async () => {
    const target = await serve();
    const culprit = await watch(target, '4s');
    process.kill(target.pid, 'SIGSTOP');
    await delay(3_000);
    process.kill(target.pid, 'SIGCONT');
    const result = await culprit.ended;
    expect(wentWrongInside(result)).toBeNull();
    expect([0, 3]).toContain(result.code);
    await until(
      'the inspector is closed',
      async () => (await openInspectorPort(target.pid, target.port)) === null,
    );
    expect(await target.get('/')).toBe('ok');
    await target.end();
  });
});

describe('launching', () => {
  test.concurrent('-- node app.js is watched and ended afterwards', async () => {
    const target = await serve();
    const result = await runCulprit([
      'diagnose',
      '--duration',
      '1s',
      '--json',
      '-',
      '--',
      process.execPath,
      target.file,
    ]);
    const { pid } = expectReport(result).target;
    expect(result.stderr).toContain('READY');
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    await target.end();
  });

  test.concurrent('a program that ends at once', async () => {
    const result = await runCulprit([
      'diagnose',
      '--duration',
      '1s',
      '--',
      process.execPath,
      '-e',
      'process.exitCode = 7',
    ]);
    expectRefusal(result, 3, /ended/, /7/);
  });

  test.concurrent('a command that does not exist', async () => {
    expectRefusal(
      await runCulprit(['diagnose', '--duration', '1s', '--', 'no-such-command-here']),
      2,
      /no-such-command-here/,
    );
  });

  test.concurrent('a program that ends while it is watched', async () => {
    const code = 'setTimeout(() => process.exit(0), 4000); setInterval(() => JSON.stringify(process.env), 5)';
    const result = await runCulprit([
      'diagnose',
      '--duration',
      '20s',
      '--json',
      '-',
      '--',
      process.execPath,
      '-e',
      code,
    ]);
    expect(wentWrongInside(result)).toBeNull();
    expect([0, 3]).toContain(result.code);
    expect(JSON.stringify(reportOf(result).warnings)).toContain('target-ended');
  });

  test.concurrent('a program that is no Node process', async () => {
    expectRefusal(await runCulprit(['diagnose', '--duration', '1s', '--', 'sleep', '60']), 3, /Node/);
  });

  test.concurrent('nothing after --, and both a target and a command', async () => {
    expectRefusal(await runCulprit(['diagnose', '--']), 2);
    expectRefusal(await runCulprit(['diagnose', '1', '--', process.execPath]), 2);
  });
});

describe('worker threads', () => {
  test.concurrent('a worker with a name that burns CPU is captured with its name', async () => {
    const files = {
      'resizer.cjs':
        'function shrinkImages() { let x = 0; for (let i = 0; i < 5e6; i++) x += Math.sqrt(i); return x; }\nsetInterval(shrinkImages, 1);',
    };
    const code = `new (require('worker_threads').Worker)(__dirname + '/resizer.cjs', { name: 'image-resizer' });${SERVER}`;
    const target = await startTarget({ code, files });
    const report = expectReport(
      await runCulprit([
        'diagnose',
        String(target.pid),
        '--duration',
        '6s',
        '--json',
        '-',
        '--out',
        join(scratch, 'workers'),
      ]),
    );
    expect(report.target.threads.map(({ name }) => name).join(' ')).toMatch(/image-resizer|resizer\.cjs/);
    const [first] = report.findings;
    expect(first?.subject).toMatchObject({ function: 'shrinkImages', thread: report.target.threads[1]!.id });
    expect(report.capture.files.filter(({ thread }) => thread !== 0).length).toBeGreaterThan(0);
    await expectUntouched(target);
    await target.end();
  });

  test.concurrent('workers that come and go while we look do no harm', async () => {
    const code = `
      const { Worker } = require('worker_threads');
      setInterval(() => new Worker('setTimeout(() => {}, Math.random() * 150)', { eval: true }), 120);${SERVER}`;
    const target = await startTarget({ code });
    expectReport(await runCulprit(['diagnose', String(target.pid), '--duration', '5s', '--json', '-']));
    await expectUntouched(target);
    await target.end();
  });
});

describe('output', () => {
  test.concurrent('--json - is one valid report on standard output, and nothing else', async () => {
    const target = await serve();
    const result = await quick(target.pid, '--json', '-');
    const report = expectReport(result);
    expect(reportErrors(report)).toEqual([]);
    expect(result.stderr).toBe('');
    await target.end();
  });

  test.concurrent('the report is on standard output, the rest on standard error', async () => {
    const target = await serve();
    const out = join(scratch, 'kept');
    const result = await quick(target.pid, '--out', out, '--flame', join(scratch, 'flame.html'));
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code).toBe(0);
    expect(result.stdout).not.toBe('');
    expect(result.stderr).toContain('flame.html');
    expect(result.stdout).not.toContain('\u001b');
    expect(existsSync(join(out, 'manifest.json'))).toBe(true);
    const analyzed = await runCulprit(['analyze', out]);
    // The pid of a recording belongs to another time: no command may name it.
    expect(analyzed.stdout).toBe(
      result.stdout.replace(`culprit diagnose ${target.pid} `, 'culprit diagnose <pid> '),
    );
    await target.end();
  });

  test.concurrent('--out that exists already is refused before the target is touched', async () => {
    const target = await serve();
    const out = join(scratch, 'there');
    mkdirSync(out);
    for (const command of ['diagnose', 'record']) {
      expectRefusal(
        await runCulprit([command, String(target.pid), '--duration', '1s', '--out', out]),
        2,
        /exists already/,
      );
    }
    expect(listeningPorts(target.pid)).toEqual([target.port]);
    await target.end();
  });

  test.concurrent.each([
    ['--duration', 'soon'],
    ['--duration', '0'],
    ['--interval', '-1'],
    ['--max-pause', 'x'],
    ['--fail-on', 'everything'],
    ['--no-such-option', '1'],
  ])('%s %s is wrong use', async (option, value) => {
    const target = await serve();
    const result = await runCulprit(['diagnose', String(target.pid), `${option}=${value}`]);
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code, result.stderr).toBe(2);
    expect(result.stdout).toBe('');
    expect(listeningPorts(target.pid)).toEqual([target.port]);
    await target.end();
  });
});
