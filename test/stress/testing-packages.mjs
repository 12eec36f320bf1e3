// The test suites of real packages, as they come from the registry, with the file check of culprit/testing on: an alarm
// here is a false one until somebody has looked and found that the file really leaves something running.
//   node test/stress/testing-packages.mjs [--keep FOLDER] [package ...]
import { execFileSync, spawn } from 'node:child_process';
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

const ROOT = new URL('../..', import.meta.url).pathname;
/** Packages that publish their tests, for node:test, with what the tests need besides their dependencies. */
const PACKAGES = {
  avvio: [],
  'find-my-way': ['proxyquire', 'rfdc'],
  'light-my-request': [
    '@fastify/ajv-compiler',
    'end-of-stream',
    'express',
    'form-auto-content',
    'form-data',
    'formdata-node',
    'multer',
    'undici',
  ],
  'sonic-boom': ['@sinonjs/fake-timers', 'proxyquire'],
};
/** Typical uses, each to be run in rounds: a body as text, in which `it` is the package. */
const USES = {
  avvio:
    'const app = it(); app.use(async () => {}); app.onClose(() => {}); await app.ready(); await app.close();',
  'find-my-way':
    "const router = it(); router.on('GET', '/a/:id', () => {}); router.lookup({ method: 'GET', url: '/a/1', headers: {} }, {});",
  'light-my-request': "await it((_, response) => response.end('x'), { method: 'GET', url: '/' });",
  'sonic-boom':
    "const stream = new it({ dest: '/dev/null' }); stream.write('x'); stream.end(); await new Promise((r) => stream.once('close', r));",
};
const FILE_SECONDS = 60;

const args = process.argv.slice(2);
const keepAt = args[0] === '--keep' ? args.splice(0, 2)[1] : undefined;
const folder = keepAt ?? mkdtempSync(join(tmpdir(), 'culprit-packages-'));
mkdirSync(folder, { recursive: true });
try {
  for (const name of args.length > 0 ? args : Object.keys(PACKAGES)) await tryPackage(name);
} finally {
  if (!keepAt) rmSync(folder, { recursive: true, force: true });
}

async function tryPackage(name) {
  const at = join(folder, name);
  if (!existsSync(join(at, 'package.json'))) fetchPackage(name, at);
  const files = testFiles(at);
  const plain = await runAll(at, files, false);
  const checked = await runAll(at, files, true);
  await tryUse(name, at);
  const failedAnyway = new Set(plain.filter(({ isPassed }) => !isPassed).map(({ file }) => file));
  const alarms = checked.flatMap(({ file, leaks }) => leaks.map((leak) => ({ file, leak })));
  const broken = checked.filter(
    ({ file, isPassed, leaks }) => !isPassed && leaks.length === 0 && !failedAnyway.has(file),
  );
  const sum = (runs, key) => runs.reduce((total, run) => total + run[key], 0);
  console.log(
    `${name}: ${files.length} files, ${sum(checked, 'tests')} tests (${sum(plain, 'tests')} without the check), ${failedAnyway.size} files fail without it, ${alarms.length} alarms, ${broken.length} files fail only with it; ${sum(plain, 'millis')} ms without, ${sum(checked, 'millis')} ms with`,
  );
  for (const { file, leak } of alarms) console.log(`  alarm  ${file}: ${leak}`);
  for (const { file, text } of broken) console.log(`  broken ${file}: ${text.slice(-600)}`);
}

/** The same body 10 times: each is a chance for a false alarm. */
async function tryUse(name, at) {
  const program = `
    const { measureLeaks } = await import(${JSON.stringify(join(ROOT, 'dist/testing.js'))});
    const it = (await import(${JSON.stringify(at)} + '/' + ${JSON.stringify(mainOf(at))})).default;
    const own = [];
    for (let i = 0; i < 10; i++) {
      const { findings, ownMillis } = await measureLeaks(async () => { ${USES[name]} });
      own.push(Math.round(ownMillis));
      for (const { title } of findings) console.log('  alarm  expectNoLeak: ' + title);
    }
    console.log('${name}: expectNoLeak 10 times around a typical use, own time ' + own.join(', ') + ' ms');
    process.exit();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: at,
    stdio: 'inherit',
  });
  await new Promise((resolve) => child.on('close', resolve));
}

function mainOf(at) {
  return JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')).main ?? 'index.js';
}

function fetchPackage(name, at) {
  mkdirSync(at, { recursive: true });
  const npm = (...words) =>
    execFileSync('npm', words, { cwd: at, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const tarball = npm('pack', '--silent', name).trim().split('\n').at(-1);
  execFileSync('tar', ['xzf', tarball, '--strip-components=1'], { cwd: at });
  rmSync(join(at, tarball));
  // Not all of what its authors develop with can be had everywhere: only what its tests load is installed.
  const manifest = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
  delete manifest.devDependencies;
  writeFileSync(join(at, 'package.json'), JSON.stringify(manifest));
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent', '--no-save'];
  npm('install', '--omit=dev', ...quiet, ...(PACKAGES[name] ?? []));
}

function testFiles(at) {
  const isTest = (file) =>
    /\.test\.(js|mjs|cjs)$|^test[\\/][^\\/]+\.m?js$/.test(file) && !/fixture|helper/.test(file);
  return readdirSync(at, { recursive: true })
    .filter((file) => !file.includes('node_modules') && isTest(file))
    .sort();
}

async function runAll(at, files, isChecked) {
  const runs = [];
  for (const file of files) runs.push(await run(at, file, isChecked));
  return runs;
}

/** One file in a process of its own, as `node --test` does it. */
function run(at, file, isChecked) {
  const setUp = isChecked ? ['--import', join(ROOT, 'dist/testing-node.js')] : [];
  const from = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...setUp, '--test-reporter=tap', '--test', file], {
      cwd: at,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data));
    const late = setTimeout(() => child.kill('SIGKILL'), FILE_SECONDS * 1_000);
    child.on('close', (code) => {
      clearTimeout(late);
      const tests = Number(/^# tests (\d+)/m.exec(text)?.[1] ?? 0);
      const leaks = [...text.matchAll(/^\s*(Left (?:running|listening|open): .*)/gm)].map(
        (match) => match[1],
      );
      resolve({
        file,
        tests,
        leaks,
        isPassed: code === 0,
        text,
        millis: Math.round(performance.now() - from),
      });
    });
  });
}
