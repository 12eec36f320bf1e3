// Deno and Bun, from the registry: each is looked at twenty times, by pid and, where it has an inspector, by its address. Every look has
// to be refused with the reason, and the process has to go on answering with nothing of it changed.
//   node test/stress/other-runtimes.mjs [--keep FOLDER]
import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const ROOT = new URL('../..', import.meta.url).pathname;
const LOOKS = 20;
const run = promisify(execFile);

/** A server that leaks, and says where it listens. */
const SERVER = `import { createServer } from 'node:http';
const kept = new Map();
setInterval(() => kept.set(kept.size, { text: 'x' + kept.size }), 5);
const server = createServer((request, response) => response.end(String(kept.size)));
server.listen(0, '127.0.0.1', () => console.log('READY ' + server.address().port));
`;

const RUNTIMES = [
  { name: 'Deno', packages: ['deno@2.9.6'], program: 'deno', args: ['run', '-A', 'server.mjs'] },
  {
    name: 'Deno --inspect',
    packages: ['deno@2.9.6'],
    program: 'deno',
    args: ['run', '-A', '--inspect=127.0.0.1:0', 'server.mjs'],
  },
  { name: 'Bun', packages: ['bun@1.4.5'], program: 'bun', args: ['server.mjs'] },
  {
    name: 'Bun --inspect',
    packages: ['bun@1.4.5'],
    program: 'bun',
    args: ['--inspect=127.0.0.1:0', 'server.mjs'],
  },
];

const args = process.argv.slice(2);
const keepAt = args[0] === '--keep' ? args[1] : undefined;
const folder = keepAt ?? mkdtempSync(join(tmpdir(), 'culprit-runtimes-'));
let isWrong = false;
try {
  for (const runtime of RUNTIMES) isWrong = (await tryRuntime(runtime)) || isWrong;
} finally {
  if (!keepAt) rmSync(folder, { recursive: true, force: true });
}
process.exitCode = isWrong ? 1 : 0;

/** Resolves with whether anything was not as it has to be. */
async function tryRuntime({ name, packages, program, args: words }) {
  const at = join(folder, program);
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, 'server.mjs'), SERVER);
  writeFileSync(join(at, 'package.json'), '{"name":"shop","private":true}');
  if (!existsSync(join(at, 'node_modules')))
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], { cwd: at });
  const server = spawn(join(at, 'node_modules/.bin', program), words, { cwd: at, detached: true });
  try {
    const { port, inspector } = await readPorts(server);
    const pid = await processOn(port);
    await settled(pid);
    const results = [];
    for (let look = 0; look < LOOKS; look++)
      results.push(await lookAt({ look, pid, port, inspector, server }));
    for (const said of new Set(results)) {
      const times = results.filter((result) => result === said).length;
      console.log(`${name.padEnd(16)} ${String(times).padStart(2)} x ${said}`);
    }
    return results.some((result) => !result.startsWith('right'));
  } finally {
    endGroup(server);
  }
}

/** "right: <the reason>", or what was wrong. Even looks are by pid, odd ones by the inspector's address or the port. */
async function lookAt({ look, pid, port, inspector, server }) {
  const target = look % 2 === 0 ? String(pid) : (inspector ?? `:${port}`);
  const before = { ...stateOf(pid), answers: await answers(port) };
  const refused = await run(process.execPath, [
    join(ROOT, 'bin/culprit.js'),
    'diagnose',
    target,
    '--duration',
    '5s',
  ]).then(
    () => null,
    (error) => error,
  );
  if (refused === null) return `WRONG: ${target} was looked at`;
  if (server.exitCode !== null || server.signalCode !== null) return 'WRONG: the process has ended';
  const after = { ...stateOf(pid), answers: await answers(port) };
  for (const what of Object.keys(before))
    if (before[what] !== after[what]) return `WRONG: ${what} was ${before[what]}, is ${after[what]}`;
  const [reason = ''] = refused.stderr.split('\n').filter((line) => line !== '');
  const isReasoned = refused.code === 3 && /Deno|Bun/.test(reason);
  return `${isReasoned ? 'right' : 'WRONG'}: exit code ${refused.code}, ${reason.replace(/\d{3,}/g, 'N')}`;
}

/** What a look could change: which signals it catches, what listens, that it is the same process. */
function stateOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return {
    signals: /^SigCgt:.*$/m.exec(status)?.[0],
    started: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19],
    listening: listeningSockets(pid),
  };
}

/** Deno sets up its own signal handlers some 300 ms after its program listens. */
async function settled(pid) {
  for (let last = '', same = 0; same < 10; ) {
    await delay(200);
    const { signals } = stateOf(pid);
    same = signals === last ? same + 1 : 0;
    last = signals;
  }
}

function listeningSockets(pid) {
  const own = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const listening = rows.filter(
    ([, , , state, , , , , , inode]) => state === '0A' && own.includes(`socket:[${inode}]`),
  );
  return listening
    .map(([, address]) => address)
    .sort()
    .join(' ');
}

async function answers(port) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } });
    await response.text();
    return response.status;
  } catch (error) {
    return String(error);
  }
}

/** The port from its output, and the inspector's address where it has one. */
async function readPorts(server) {
  let text = '';
  server.stdout.on('data', (chunk) => (text += chunk));
  server.stderr.on('data', (chunk) => (text += chunk));
  for (let waited = 0; waited < 20_000; waited += 100) {
    const port = /^READY (\d+)/m.exec(text)?.[1];
    const inspector = /wss?:\/\/(127\.0\.0\.1:\d+)/.exec(text)?.[1];
    if (port !== undefined) return { port: Number(port), ...(inspector && { inspector }) };
    await delay(100);
  }
  throw new Error(`it did not listen: ${text}`);
}

/** The launcher that npm installs may be a process of its own. */
async function processOn(port) {
  const { stdout } = await run(process.execPath, [join(ROOT, 'bin/culprit.js'), 'ps', '--json']);
  const found = JSON.parse(stdout).find(({ listeningPorts }) =>
    listeningPorts.some((listening) => listening.port === port),
  );
  if (!found) throw new Error(`culprit ps does not list who listens on ${port}`);
  return found.pid;
}

function endGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
}
