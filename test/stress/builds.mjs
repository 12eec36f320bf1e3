// Servers as people build and start them: the same planted leak and hotspot through every runner and bundler, each installed
// from the registry at a pinned version. Prints what culprit named, and exits with 1 when a file, a line or a name is wrong.
//   node test/stress/builds.mjs [--node FILE] [--keep FOLDER] [build ...]
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ROOT = new URL('../..', import.meta.url).pathname;
const DURATION = '20s';
const ESBUILD = 'esbuild@0.25.0';
const TYPESCRIPT = 'typescript@5.9.3';

/** What to install, how to build (`build`, run in the folder) and what Node is started with. */
const BUILDS = {
  tsx: { packages: ['tsx@4.23.0'], start: ['--import', 'tsx', 'src/server.ts'] },
  'ts-node': {
    packages: ['ts-node@10.9.2', TYPESCRIPT],
    start: ['-r', 'ts-node/register/transpile-only', 'src/server.ts'],
  },
  '@swc-node/register': {
    packages: ['@swc-node/register@1.11.1', '@swc/core@1.16.22', TYPESCRIPT],
    start: ['-r', '@swc-node/register', 'src/server.ts'],
  },
  'esbuild-register': {
    packages: ['esbuild-register@3.6.0', ESBUILD],
    start: ['-r', 'esbuild-register', 'src/server.ts'],
  },
  tsc: {
    packages: [TYPESCRIPT],
    build: ({ bin }) => [[bin('tsc'), '-p', '.']],
    start: ['dist/server.js'],
  },
  esbuild: {
    packages: [ESBUILD],
    build: ({ bin }) => [
      [
        bin('esbuild'),
        'src/server.ts',
        '--bundle',
        '--platform=node',
        '--minify',
        '--sourcemap',
        '--outfile=dist/main.js',
      ],
    ],
    start: ['dist/main.js'],
  },
  'esbuild, external map moved': {
    packages: [ESBUILD],
    build: ({ bin }) => [
      [
        bin('esbuild'),
        'src/server.ts',
        '--bundle',
        '--platform=node',
        '--minify',
        '--sourcemap',
        '--outfile=dist/main.js',
      ],
      ['sh', '-c', 'mkdir -p release/js && mv dist/* release/js/'],
    ],
    start: ['release/js/main.js'],
  },
  rollup: {
    packages: ['rollup@4.68.8', '@rollup/plugin-terser@1.0.2', ESBUILD],
    build: ({ bin }) => [[bin('rollup'), '-c', 'rollup.config.mjs']],
    start: ['dist/main.mjs'],
  },
  webpack: {
    packages: ['webpack@5.113.0', 'webpack-cli@7.3.1', ESBUILD],
    build: ({ bin }) => [[bin('webpack'), '-c', 'webpack.config.cjs']],
    start: ['dist/main.js'],
  },
  'single executable': {
    packages: [ESBUILD, 'postject@1.0.0-alpha.6'],
    build: ({ bin, node }) => [
      [
        bin('esbuild'),
        'src/server.ts',
        '--bundle',
        '--platform=node',
        '--sourcemap=inline',
        '--outfile=dist/main.js',
      ],
      [node, '--experimental-sea-config', 'sea.json'],
      ['cp', node, 'server'],
      ['rm', 'dist/main.js'],
      [
        bin('postject'),
        'server',
        'NODE_SEA_BLOB',
        'sea.blob',
        '--sentinel-fuse',
        'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
      ],
    ],
    command: './server',
    start: [],
  },
};

const CONFIG = {
  'package.json': '{"name":"shop","private":true}',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2022',
      module: 'commonjs',
      moduleResolution: 'node',
      types: [],
      sourceMap: true,
      outDir: 'dist',
      skipLibCheck: true,
      noCheck: true,
    },
    include: ['src'],
  }),
  'sea.json': '{"main":"dist/main.js","output":"sea.blob","disableExperimentalSEAWarning":true}',
  'loader.cjs': `const { transformSync } = require('esbuild');
module.exports = function (code) {
  const { code: js, map } = transformSync(code, { loader: 'ts', format: 'esm', sourcemap: true, sourcefile: this.resourcePath });
  this.callback(null, js, JSON.parse(map));
};`,
  'webpack.config.cjs': `const path = require('path');
module.exports = { mode: 'production', target: 'node', devtool: 'source-map', entry: './src/server.ts', output: { path: path.resolve('dist'), filename: 'main.js' }, resolve: { extensions: ['.ts', '.js'] }, module: { rules: [{ test: /\\.ts$/, use: path.resolve('loader.cjs') }] } };`,
  'rollup.config.mjs': `import terser from '@rollup/plugin-terser';
import { transform } from 'esbuild';
import { dirname, resolve } from 'node:path';
const ts = {
  name: 'ts',
  resolveId: (source, importer) => (importer && source.startsWith('.') ? resolve(dirname(importer), source + '.ts') : null),
  transform: (code, id) => (id.endsWith('.ts') ? transform(code, { loader: 'ts', sourcemap: true, sourcefile: id }) : null),
};
export default { input: 'src/server.ts', external: [/^node:/], output: { file: 'dist/main.mjs', format: 'es', sourcemap: true }, plugins: [ts, terser({ module: true })] };`,
};

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
];

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : undefined);
const node = option('--node') ?? process.execPath;
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
    console.log(row(name, 'not tried', String(error.message).split('\n')[0]));
    return 1;
  };
}

/** Resolves with the number of planted faults that were named wrongly. */
async function tryBuild(name) {
  const at = join(folder, name.replace(/\W+/g, '-'));
  const build = BUILDS[name];
  prepare(at, build);
  const report = await diagnose(at, build);
  let failures = 0;
  for (const planted of PLANTED) {
    const fault = problemWith(report, planted, at);
    if (fault !== null) failures++;
    console.log(row(name, planted.kind, fault ?? 'right'));
  }
  for (const { message } of report.warnings) console.log(row(name, 'warning', message));
  return failures;
}

function prepare(at, { packages, build }) {
  mkdirSync(at, { recursive: true });
  cpSync(join(ROOT, 'test/stress/builds/src'), join(at, 'src'), { recursive: true });
  for (const [file, text] of Object.entries(CONFIG)) writeFileSync(join(at, file), text);
  const run = ([command, ...rest]) => execFileSync(command, rest, { cwd: at, stdio: 'pipe' });
  if (!existsSync(join(at, 'node_modules')))
    run(['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', ...packages]);
  const bin = (name) => join(at, 'node_modules/.bin', name);
  for (const command of build?.({ bin, node }) ?? []) run(command);
}

async function diagnose(at, { command = node, start }) {
  // An executable takes no inspector port from its environment; with port 0, no worker of a cluster would start.
  const NODE_OPTIONS = command === node ? `--inspect-port=${await freePort()}` : '';
  const env = { ...process.env, NODE_OPTIONS };
  const server = spawn(command, start, { cwd: at, stdio: 'ignore', env });
  const culprit = (...rest) =>
    execFileSync(process.execPath, [join(ROOT, 'bin/culprit.js'), ...rest], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const recording = join(at, 'recording.tgz');
  rmSync(recording, { force: true });
  try {
    await delay(4_000);
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    culprit('record', String(server.pid), '--duration', DURATION, '-o', recording);
  } finally {
    server.kill('SIGKILL');
  }
  return JSON.parse(culprit('analyze', recording, '--top', '200', '--json', '-').toString());
}

/** Null: kind, file, line and name are right, and the file is there. */
function problemWith(report, planted, at) {
  const found = planted.kind === 'cpu' ? busiest(report) : leakIn(report);
  if (!found)
    return `not found, but: ${report.findings.map(({ title }) => title).join('; ') || report.verdict}`;
  const lines = readFileSync(join(at, planted.file), 'utf8').split('\n');
  const wanted = lines.findIndex((text) => text.includes(planted.mark)) + 1;
  const isThere = existsSync(join(at, found.file ?? ''));
  const told = `${found.name} at ${found.file}:${found.line}, ${found.function}${isThere ? '' : ' (no such file)'}`;
  const should = `${planted.name} at ${planted.file}:${wanted}, ${planted.function}`;
  return told === should ? null : `WRONG: ${told}; planted: ${should}`;
}

function leakIn({ findings }) {
  return findings.find(({ kind }) => kind === 'heap-leak')?.subject;
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
