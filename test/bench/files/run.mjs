// How fast large files of other tools are read, and with how much memory: culprit of this checkout, an earlier build, speedscope's
// importer, and JSON.parse where it can read them at all. A fresh process for each run, readers taking turns. See README.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildOf } from './builds.mjs';
import { makeFile } from './make-files.mjs';

const { values: options } = parseArgs({
  options: {
    profile: { type: 'string', default: '400,1024' },
    trace: { type: 'string', default: '400,2048' },
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
const ENDINGS = { profile: 'cpuprofile', trace: 'json', log: 'log' };

/** By name: what is run on a file of a kind. [] where it reads none. */
function readersOf(before) {
  const ofProfiles = (flag) => (kind, file) => (kind === 'log' ? [] : [flag, file]);
  return {
    culprit: (kind, file) => commandOf(ROOT, kind, file),
    ...(before && { 'culprit before': (kind, file) => commandOf(before, kind, file) }),
    'JSON.parse': ofProfiles('--parse'),
    ...(options.speedscope && { speedscope: ofProfiles('--speedscope') }),
  };
}

function commandOf(checkout, kind, file) {
  const culprit = join(checkout, 'bin/culprit.js');
  return kind === 'log' ? [culprit, 'triage', file, '--quiet'] : [culprit, 'analyze', file];
}

/** Seconds of CPU time and of the clock, and megabytes at most; or why there are none. */
function measure(command) {
  const run = spawnSync(process.execPath, [MEASURE, ...command], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const found = /BENCH (\{.*\})\s*$/.exec(run.stderr);
  if (run.status === 0 && found) return JSON.parse(found[1]);
  const why = /^\w*Error: .*$|FATAL ERROR: .*$|^culprit: .*$/m.exec(run.stderr)?.[0];
  return { failed: (why ?? `it ended with ${run.signal ?? run.status}`).slice(0, 100) };
}

/** Rounds in which every reader has its turn. */
function measureAll(readers, kind, file) {
  const runs = Object.fromEntries(Object.keys(readers).map((name) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round++)
    for (const [name, command] of Object.entries(readers)) {
      const args = command(kind, file);
      if (args.length > 0 && !runs[name][0]?.failed) runs[name].push(measure(args));
    }
  return Object.entries(runs).filter(([, all]) => all.length > 0);
}

const sorted = (numbers) => numbers.toSorted((a, b) => a - b);
const medianOf = (numbers) => sorted(numbers)[numbers.length >> 1];
const cpuOf = (all) => sorted(all.map(({ cpu }) => cpu));

function rowsOf(runs, kind, size) {
  const parse = runs.find(([name, [first]]) => name === 'JSON.parse' && !first.failed)?.[1];
  const what = `${kind}, ${Math.round(size)} MB`;
  return runs.map(([name, all]) => {
    if (all[0].failed) return [what, name, `does not read it: ${all[0].failed}`, '', '', '', ''];
    const cpu = cpuOf(all);
    const middle = medianOf(cpu);
    return [
      what,
      name,
      `${middle.toFixed(2)} s (${cpu[0].toFixed(2)} - ${cpu.at(-1).toFixed(2)})`,
      parse ? (middle / medianOf(cpuOf(parse))).toFixed(2) : '',
      String(Math.round(size / middle)),
      `${medianOf(all.map(({ wall }) => wall)).toFixed(2)} s`,
      `${Math.max(...all.map(({ peak }) => peak))} MB`,
    ];
  });
}

mkdirSync(FOLDER, { recursive: true });
const before = options.before && buildOf(options.before, ROOT, FOLDER);
const readers = readersOf(before?.folder);
const rows = [];
for (const kind of Object.keys(ENDINGS))
  for (const megabytes of options[kind].split(',').map(Number)) {
    if (!(megabytes > 0)) continue;
    const file = join(FOLDER, `${megabytes}.${ENDINGS[kind]}`);
    makeFile(kind, file, megabytes);
    rows.push(...rowsOf(measureAll(readers, kind, file), kind, statSync(file).size / 1e6));
    rmSync(file);
  }
before?.remove();
if (existsSync(FOLDER)) rmSync(FOLDER, { recursive: true });
process.stdout.write(
  `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB, ${options.rounds} rounds\n\n`,
);
const head = ['file', 'reader', 'CPU time', 'of JSON.parse', 'MB/s of CPU', 'clock', 'memory at most'];
for (const row of [head, head.map(() => '---'), ...rows]) process.stdout.write(`| ${row.join(' | ')} |\n`);
