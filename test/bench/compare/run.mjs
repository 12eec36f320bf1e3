// Measures `culprit bench` itself: how often it calls equal commits different, how often it finds a planted slowdown and
// names the right function, and how long that takes.
//
//   node test/bench/compare/run.mjs collect DIR [--culprit PATH] [--cases same,2,5,10,20,leak] [--runs 3] [--pool 15]
//   node test/bench/compare/resample.mjs DIR
//
// `collect` runs whole comparisons in real time and keeps every run; it takes about an hour on 2 cores, which should have
// nothing else to do. `--pool` adds so many pairs of each sort for resampling.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { plantLeak, plantWork } from './plant.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
/** Where each size is planted. */
const SLOWDOWNS = { 2: 'rank', 5: 'priceOf', 10: 'sign', 20: 'renderResults' };
const LOAD = (port, seconds) => `${process.execPath} ${join(HERE, 'load.mjs')} ${port} ${seconds}`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    culprit: { type: 'string', default: resolve(HERE, '../../../bin/culprit.js') },
    cases: { type: 'string', default: 'same,2,5,10,20,leak' },
    runs: { type: 'string', default: '3' },
    pool: { type: 'string', default: '15' },
  },
});
const [command, folder] = positionals;
if (command !== 'collect' || !folder) {
  console.error('Give: collect DIR');
  process.exit(2);
}
const dir = resolve(folder);
mkdirSync(join(dir, 'sides'), { recursive: true });
const base = join(dir, 'sides', 'base');
if (!existsSync(base)) {
  plantWork(join(HERE, 'server'), base, 'rank', 0);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: base,
    stdio: 'inherit',
  });
}
for (const name of values.cases.split(',')) await collect(name);

async function collect(name) {
  const head = join(dir, 'sides', `head-${name}`);
  if (!existsSync(head)) {
    if (name === 'leak') plantLeak(base, head);
    else if (name === 'same') plantWork(base, head, 'rank', 0);
    else plantWork(base, head, SLOWDOWNS[name], await roundsFor(SLOWDOWNS[name], Number(name) / 100));
  }
  for (let i = 0; i < Number(values.runs); i++) {
    // The look for findings is not what is measured here, but for the leak; its time is.
    const rest = name === 'leak' ? ['--budget', '5m'] : ['--budget', '275s', '--no-findings'];
    bench(name, head, `run-${i}`, rest);
  }
  if (Number(values.pool) > 0)
    bench(name, head, 'pool', ['--pairs', values.pool, '--budget', '30m', '--no-findings']);
}

function bench(name, head, run, options) {
  const out = join(dir, `${name}-${run}`);
  if (existsSync(`${out}.json`)) return;
  rmSync(out, { recursive: true, force: true });
  const args = [
    values.culprit,
    'bench',
    '--base',
    base,
    '--head',
    head,
    '--run',
    'node server.js',
    '--load',
    LOAD('{port}', 1),
  ];
  const from = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [...args, '--out', out, '--json', `${out}.json`, '--quiet', ...options],
    {
      encoding: 'utf8',
      cwd: HERE,
    },
  );
  const seconds = Math.round((performance.now() - from) / 1_000);
  if (!existsSync(`${out}.json`)) {
    console.log(`${name} ${run}: exit ${status}: ${stderr}`);
    return;
  }
  const {
    verdict,
    direction,
    culprit,
    metrics,
    base: side,
    findings,
  } = JSON.parse(readFileSync(`${out}.json`, 'utf8'));
  const cpu = metrics.find((metric) => metric.name === 'cpu.total');
  const found = {
    verdict,
    direction,
    culprit: culprit?.function ?? null,
    change: cpu?.change ?? null,
    pairs: side.runs,
    seconds,
    findings,
  };
  writeFileSync(`${out}.found.json`, JSON.stringify(found));
  console.log(
    `${name} ${run}: ${verdict} ${direction} ${((cpu?.change ?? 0) * 100).toFixed(1)} % ${found.culprit} ${side.runs} runs ${seconds} s ${findings.map((f) => `${f.presence} ${f.kind}`)}`,
  );
}

/**
 * How much work makes the whole program need this part more CPU time a request: what a request costs is measured on the
 * server, what the work costs in a process that does the same without HTTP.
 */
async function roundsFor(place, part) {
  const wanted = part * (await requestMicros());
  const probe = join(dir, 'sides', 'probe');
  const added = (rounds) => {
    rmSync(probe, { recursive: true, force: true });
    plantWork(base, probe, place, rounds);
    return mixMicros(probe) - mixMicros(base);
  };
  let [low, high] = [1, 2];
  while (added(high) < wanted && high < 1e6) [low, high] = [high, high * 4];
  for (let step = 0; step < 7; step++) {
    const middle = Math.round((low + high) / 2);
    if (added(middle) < wanted) low = middle;
    else high = middle;
  }
  rmSync(probe, { recursive: true, force: true });
  console.log(`${place}: ${high} rounds for ${wanted.toFixed(1)} microseconds a request (${part * 100} %)`);
  return high;
}

function mixMicros(side) {
  const { stdout } = spawnSync(process.execPath, [join(HERE, 'mix.mjs'), side], { encoding: 'utf8' });
  return Number(stdout);
}

async function requestMicros() {
  const child = spawn(process.execPath, ['server.js'], {
    cwd: base,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise((done) => {
    child.stdout.once('data', (text) => done(/\d+/.exec(String(text))[0]));
  });
  const load = () =>
    JSON.parse(spawnSync(process.execPath, [join(HERE, 'load.mjs'), port, '3'], { encoding: 'utf8' }).stdout)
      .requests.total;
  const ticks = () => {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  load();
  const before = ticks();
  const requests = load() + load();
  // A tick of the kernel is 10 ms.
  const micros = ((ticks() - before) * 10_000) / requests;
  child.kill('SIGKILL');
  return micros;
}
