// Servers as people build and start them: the same planted leak, hotspot and dry pool through every runner and bundler, each installed
// from the registry at a pinned version. Prints what culprit named, and exits with 1 when a file, a line or a name is wrong.
//   node test/stress/builds.mjs [--node FILE] [--keep FOLDER] [build ...]
import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FRAMEWORKS } from './builds/frameworks.mjs';
import { STARTERS } from './builds/starters.mjs';
import { CONFIG, TRANSPILERS_AND_BUNDLERS } from './builds/transpilers-and-bundlers.mjs';

const ROOT = new URL('../..', import.meta.url).pathname;
const DURATION = '20s';
const run = promisify(execFile);

/**
 * Build: `packages` to install; `files` beside those of CONFIG; `rewrite` of the sources; commands to `build`, run in the folder;
 * `start`, what Node.js or `command` is started with; `env` for it. `path` of requests, where a server works on those only;
 * `target`, how culprit is told: the started process ('wrapper', as by default), its 'port', or a word. `nodes`: major
 * versions that can run it. `options` for `culprit record`. `stop`: the command that ends what was started, where the started process has ended itself.
 * `copiedTo`: the folder to which `build` copies the sources. What may be a function is given `{ at, bin, node, port }`.
 */
const BUILDS = { ...TRANSPILERS_AND_BUNDLERS, ...FRAMEWORKS, ...STARTERS };

/** What is planted, by the marks in the sources. */
const PLANTED = [
  { kind: 'heap-leak', file: 'src/sessions.ts', mark: '// LEAK', name: 'sessions', function: 'remember' },
  {
    kind: 'cpu',
    file: 'src/price.ts',
    mark: 'export function priceOf',
    name: 'priceOf',
    function: 'priceOf',
  },
  {
    kind: 'pool-exhaustion',
    file: 'src/orders.ts',
    mark: '// POOL',
    name: 'warehouse',
    function: 'ship',
  },
];
/** Which every build needs. */
const SHARED_PACKAGES = ['generic-pool@3.9.0'];

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : undefined);
const node = option('--node') ?? process.execPath;
const major = Number(execFileSync(node, ['-p', 'process.versions.node.split(".")[0]']).toString());
const keepAt = option('--keep');
const folder = keepAt ?? mkdtempSync(join(tmpdir(), 'culprit-builds-'));
let wrong = 0;
try {
  for (const name of args.length > 0 ? args : Object.keys(BUILDS))
    wrong += await tryBuild(name).catch(said(name));
} finally {
  if (!keepAt) rmSync(folder, { recursive: true, force: true });
}
process.exitCode = wrong > 0 ? 1 : 0;

function said(name) {
  return (error) => {
    const text = `${error.message}\n${error.stderr ?? ''}`.split('\n').filter((line) => line.trim() !== '');
    console.log(row(name, 'not tried', text.slice(0, 4).join(' | ')));
    return 1;
  };
}

/** Resolves with the number of planted faults that were named wrongly. */
async function tryBuild(name) {
  const build = BUILDS[name];
  if (build.nodes && !build.nodes.includes(major)) {
    console.log(row(name, 'not tried', `Node.js ${major} cannot run it`));
    return 0;
  }
  const at = join(folder, `${name.replace(/\W+/g, '-')}-${major}`);
  const context = { at, node, bin: (tool) => join(at, 'node_modules/.bin', tool), port: await freePort() };
  prepare(build, context);
  const report = await diagnose(build, context);
  let failures = 0;
  const faults = PLANTED.map((planted) => [planted.kind, problemWith(report, planted, at, build.copiedTo)]);
  for (const [kind, fault] of [['process', wrongProcess(report, at)], ...faults]) {
    if (fault !== null) failures++;
    console.log(row(name, kind, fault ?? 'right'));
  }
  for (const { message } of report.warnings) console.log(row(name, 'warning', message));
  return failures;
}

function given(value, context) {
  return typeof value === 'function' ? value(context) : value;
}

function prepare({ packages, files = {}, build, rewrite = (text) => text, type }, context) {
  const { at } = context;
  rmSync(join(at, 'src'), { recursive: true, force: true });
  mkdirSync(at, { recursive: true });
  cpSync(join(ROOT, 'test/stress/builds/src'), join(at, 'src'), { recursive: true });
  for (const file of readdirSync(join(at, 'src')))
    writeFileSync(join(at, 'src', file), rewrite(readFileSync(join(at, 'src', file), 'utf8')));
  for (const [file, text] of Object.entries(CONFIG)) writeFileSync(join(at, file), text);
  if (type) writeFileSync(join(at, 'package.json'), JSON.stringify({ name: 'shop', private: true, type }));
  const runHere = ([command, ...rest]) =>
    execFileSync(command, rest, { cwd: at, stdio: 'pipe', env: environment(context) });
  if (!existsSync(join(at, 'node_modules')))
    runHere([
      'npm',
      'install',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      ...SHARED_PACKAGES,
      ...packages,
    ]);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, file)), { recursive: true });
    writeFileSync(join(at, file), text);
  }
  for (const command of build?.(context) ?? []) runHere(command);
}

/** Whatever is started finds the Node.js that is tried, also through `npm start`. */
function environment({ at, port, node: tried }) {
  const PATH = `${dirname(tried)}:${process.env.PATH}`;
  return {
    ...process.env,
    PATH,
    SHOP_PORT: String(port),
    SHOP_PIDS: join(at, 'pids'),
    NEXT_TELEMETRY_DISABLED: '1',
  };
}

async function diagnose(build, context) {
  const { at, port } = context;
  const { command = node, start, stop, target = 'wrapper', path, options = [] } = build;
  // An executable takes no inspector port from its environment; with port 0, no worker of a cluster would start.
  const NODE_OPTIONS = command.startsWith('./server') ? '' : `--inspect-port=${await freePort()}`;
  const env = { ...environment(context), ...given(build.env ?? {}, context) };
  rmSync(join(at, 'pids'), { recursive: true, force: true });
  mkdirSync(join(at, 'pids'));
  const startWith = given(start, context);
  const server = spawn(command, startWith, {
    cwd: at,
    stdio: 'ignore',
    env: { ...env, NODE_OPTIONS },
    detached: true,
  });
  const culprit = async (...rest) =>
    (await run(process.execPath, [join(ROOT, 'bin/culprit.js'), ...rest], { maxBuffer: 64 * 1024 * 1024 }))
      .stdout;
  const recording = join(at, 'recording.tgz');
  rmSync(recording, { force: true });
  const load = path === undefined ? undefined : requests(`http://127.0.0.1:${port}${path}`);
  try {
    await begun(at);
    if (server.exitCode !== null && !stop) throw new Error(`the server ended with ${server.exitCode}`);
    const word = { wrapper: String(server.pid), port: `:${port}` }[target] ?? target;
    await culprit('record', word, '--duration', DURATION, '-o', recording, ...options);
  } finally {
    clearInterval(load);
    if (stop) execFileSync('sh', ['-c', stop(context)], { cwd: at, stdio: 'ignore', env });
    else endGroup(server);
  }
  return JSON.parse(await culprit('analyze', recording, '--top', '200', '--json', '-'));
}

/** With whatever it started. */
function endGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
}

/** Until a process has begun to work, and some seconds more for the others and for what runs once. */
async function begun(at) {
  for (let waited = 0; waited < 60_000 && readdirSync(join(at, 'pids')).length === 0; waited += 200)
    await delay(200);
  await delay(4_000);
}

/** Every 10 ms, whether or not the last has been answered, up to 8 at a time. */
function requests(url) {
  let open = 0;
  const timer = setInterval(() => {
    if (open >= 8) return;
    open++;
    get(url, (response) => response.resume().on('close', () => open--)).on('error', () => open--);
  }, 10);
  return timer;
}

function freePort() {
  return new Promise((done, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Null: it is one of those that do the work. */
function wrongProcess({ target }, at) {
  const working = readdirSync(join(at, 'pids'));
  return working.includes(String(target.pid)) ? null : `WRONG: ${target.pid}; at work: ${working.join(', ')}`;
}

/** Null: kind, file, line and name are right, and the file is there. */
function problemWith(report, planted, at, copiedTo = '') {
  const found = planted.kind === 'cpu' ? busiest(report) : subjectOf(report, planted.kind);
  if (!found)
    return `not found, but: ${report.findings.map(({ title }) => title).join('; ') || report.verdict}`;
  const lines = readFileSync(join(at, planted.file), 'utf8').split('\n');
  const wanted = lines.findIndex((text) => text.includes(planted.mark)) + 1;
  // A program that was started in another folder has its files told by their whole path.
  const path = resolve(at, found.file ?? '');
  const isThere = existsSync(path);
  const told = `${found.name} at ${relative(at, path)}:${found.line}, ${found.function}${isThere ? '' : ' (no such file)'}`;
  const should = `${planted.name} at ${join(copiedTo, planted.file)}:${wanted}, ${planted.function}`;
  return told === should ? null : `WRONG: ${told}; planted: ${should}`;
}

function subjectOf({ findings }, wanted) {
  return findings.find(({ kind }) => kind === wanted)?.subject;
}

/** By the profile's own table: a machine that has no CPU to spare has no hotspot either. */
function busiest({ where = [] }) {
  const rows = where.find(({ profile, thread }) => profile === 'cpu' && thread === 0)?.functions ?? [];
  const own = rows.filter(({ owner, name }) => owner === 'app' && !/^(handle|remember)$/.test(name));
  const top = own.sort((a, b) => b.self - a.self)[0];
  return top && { ...top, function: top.name };
}

function row(build, what, result) {
  return `${build.padEnd(28)} ${what.padEnd(12)} ${result}`;
}
