// From the runs that `run.mjs collect` kept to the table: many comparisons, each of pairs drawn from the pool of a case, decided
// as `culprit bench` decides while they come in.
//
//   node test/bench/compare/resample.mjs DIR [--times 100] [--seconds 275]
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { codeAsText } from '../../../code-as-text.mjs';

const ROOT = resolve(import.meta.dirname ?? '.', '../../..');
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '275' },
  },
});
const dir = resolve(positionals[0]);
const { createPairs, decode, measureRun, readRecording } = await loadOurs();
const random = seeded(20_261_121);

const CULPRITS = { 2: 'rank', 5: 'priceOf', 10: 'sign', 20: 'renderResults', leak: null, same: null };
console.log(
  'case | pool of pairs (whole, with profiles) | measured change | different | right name | wrong name | median time',
);
for (const name of Object.keys(CULPRITS)) {
  const pool = await readPool(name);
  if (pool.whole.length < 4) continue;
  console.log(await resample(name, pool));
}

/** All pairs of a case, whatever run they come from; what a pair took in seconds. */
async function readPool(name) {
  const pool = { whole: [], parts: [], seconds: 0 };
  let took = 0;
  for (const run of readdirSync(dir).filter(
    (entry) => entry.startsWith(`${name}-`) && !entry.includes('.'),
  )) {
    const found = join(dir, `${run}.found.json`);
    if (!existsSync(found)) continue;
    const pairs = readdirSync(join(dir, run)).filter((entry) => entry.endsWith('-base'));
    took += JSON.parse(readFileSync(found, 'utf8')).seconds;
    for (const entry of pairs) {
      const [base, head] = await Promise.all(
        ['base', 'head'].map(async (side) => {
          const recording = await readRecording(join(dir, run, entry.replace('base', side)));
          return measureRun(decode(recording), { label: side, pair: 0 });
        }),
      );
      pool[base.samples > 0 ? 'parts' : 'whole'].push({ base, head });
    }
  }
  pool.seconds = took / (pool.whole.length + pool.parts.length);
  return pool;
}

async function resample(name, pool) {
  const tally = { different: 0, right: 0, wrong: 0, seconds: [], leaks: 0 };
  for (let time = 0; time < Number(values.times); time++) {
    let clock = 0;
    const draw = (pair, mode) => {
      clock += pool.seconds * 1_000;
      const drawn = pool[mode][Math.floor(random() * pool[mode].length)];
      // Of equal sides either may be called base.
      const isSwapped = name === 'same' && random() < 0.5;
      const numbered = { base: { ...drawn.base, pair }, head: { ...drawn.head, pair } };
      return isSwapped ? { base: numbered.head, head: numbered.base } : numbered;
    };
    const side = { label: name, commit: null, notes: [] };
    const pairs = createPairs(
      { base: side, head: side },
      {
        budgetMillis: Number(values.seconds) * 1_000,
        smallest: 0.02,
        now: () => clock,
        measure: async (pair, mode) => draw(pair, mode),
      },
    );
    const { comparison } = await pairs.untilSure();
    if (comparison.verdict === 'different') tally.different++;
    const leak = comparison.metrics.find((metric) => metric.name === 'heap.leak');
    if (leak?.verdict === 'different') tally.leaks++;
    const blamed = comparison.culprit?.function ?? null;
    if (blamed !== null) blamed === CULPRITS[name] ? tally.right++ : tally.wrong++;
    tally.seconds.push(clock / 1_000);
  }
  const median = tally.seconds.sort((a, b) => a - b)[tally.seconds.length >> 1];
  const cost = (side) => pool.whole.reduce((sum, pair) => sum + pair[side].metrics['cpu.total'], 0);
  const change = ((cost('head') / cost('base') - 1) * 100).toFixed(1);
  const leaks = name === 'leak' ? ` (heap.leak ${tally.leaks})` : '';
  return `${name} | ${pool.whole.length}, ${pool.parts.length} | ${change} % | ${tally.different}${leaks} | ${tally.right} | ${tally.wrong} | ${Math.round(median)} s of ${values.times}`;
}

/** Our own code as the tool runs it, in one file for this process. */
async function loadOurs() {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-resample-'));
  const outfile = join(folder, 'ours.mjs');
  await build({
    stdin: {
      contents: `export { createPairs } from './src/comparison/bench-pairs.ts';
export { decode } from './src/diagnose.ts';
export { measureRun } from './src/analysis/compare/measure-run.ts';
export { readRecording } from './src/recording/reader.ts';`,
      resolveDir: ROOT,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    plugins: [codeAsText],
    banner: {
      js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);",
    },
    logLevel: 'warning',
  });
  const ours = await import(pathToFileURL(outfile).href);
  rmSync(folder, { recursive: true, force: true });
  return ours;
}

/** Mulberry32: the same draws each time. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
