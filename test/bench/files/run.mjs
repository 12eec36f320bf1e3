// How fast large files of other tools are read, and with how much memory: culprit of this checkout, an earlier build, the CLI of
// speedscope, and JSON.parse where it can read them at all. A fresh process for each run, readers taking turns. See README.md.
// node test/bench/files/run.mjs [--profile 1024] [--trace 2048] [--log 5120] [--rounds 3] [--before DIR] [--no-speedscope]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeFile } from './make-files.mjs';

const { values: options } = parseArgs({
  options: {
    profile: { type: 'string', default: '1024' },
    trace: { type: 'string', default: '2048' },
    log: { type: 'string', default: '5120' },
    rounds: { type: 'string', default: '3' },
    before: { type: 'string' },
    speedscope: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDER = join(tmpdir(), 'culprit-bench-files');
const MEASURE = fileURLToPath(new URL('measure.mjs', import.meta.url));
const SPEEDSCOPE = join(ROOT, 'node_modules/speedscope/bin/cli.mjs');

/** By name: what is run on a file of a kind. [] where it reads none. */
const READERS = {
  culprit: (kind, file) => commandOf(ROOT, kind, file),
  ...(options.before && { before: (kind, file) => commandOf(options.before, kind, file) }),
  'JSON.parse': (kind, file) => (kind === 'log' ? [] : ['--parse', file]),
  ...(options.speedscope &&
    existsSync(SPEEDSCOPE) && {
      speedscope: (kind, file) => (kind === 'log' ? [] : [SPEEDSCOPE, '-', file]),
    }),
};

function commandOf(checkout, kind, file) {
  const culprit = join(checkout, 'bin/culprit.js');
  return kind === 'log' ? [culprit, 'triage', file, '--quiet'] : [culprit, 'analyze', file];
}

/** Seconds of CPU time and of the clock, and megabytes at most; or why there are none. */
function measure(command, file) {
  const run = spawnSync(process.execPath, [MEASURE, ...command], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, BENCH_FILE: file },
  });
  const found = /BENCH (\{.*\})\s*$/.exec(run.stderr);
  if (run.status !== 0 || !found)
    return { failed: run.stderr.trim().split('\n').slice(-3).join(' ').slice(0, 120) };
  return JSON.parse(found[1]);
}

const medianOf = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

mkdirSync(FOLDER, { recursive: true });
process.stdout.write(
  `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB\n`,
);
for (const kind of ['profile', 'trace', 'log']) {
  const megabytes = Number(options[kind]);
  if (megabytes === 0) continue;
  const file = join(
    FOLDER,
    `${megabytes}.${kind === 'log' ? 'log' : kind === 'trace' ? 'json' : 'cpuprofile'}`,
  );
  if (!existsSync(file)) makeFile(kind, file, megabytes);
  const size = statSync(file).size / 1e6;
  const runs = Object.fromEntries(Object.keys(READERS).map((name) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round++)
    for (const [name, command] of Object.entries(READERS)) {
      const args = command(kind, file);
      if (args.length > 0) runs[name].push(measure(args, file));
    }
  process.stdout.write(`\n${kind}, ${Math.round(size)} MB\n`);
  for (const [name, all] of Object.entries(runs)) {
    const whole = all.filter(({ failed }) => failed === undefined);
    if (all.length === 0) continue;
    const line =
      whole.length === 0
        ? `does not read it: ${all[0].failed}`
        : `${medianOf(whole.map(({ cpu }) => cpu)).toFixed(2)} s CPU, ${medianOf(whole.map(({ wall }) => wall)).toFixed(2)} s, ${Math.round(size / medianOf(whole.map(({ cpu }) => cpu)))} MB/s of CPU, ${Math.max(...whole.map(({ peak }) => peak))} MB at most`;
    process.stdout.write(`  ${name.padEnd(11)} ${line}\n`);
  }
  rmSync(file);
}
