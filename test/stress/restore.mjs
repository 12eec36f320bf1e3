// Many attach/detach cycles and many kill -9 of culprit at random moments; after each, the target must be as it was
// found (test/live/support/restored.ts says what that means) and must have answered all the time.
//
//   node test/stress/restore.mjs [--cycles 50] [--kills 30] [--node PATH] [--seed 1]
//
// Exits with 1 when anything was left behind. Takes about 14 minutes with the defaults. Not part of npm test.
import { mkdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '50' },
    kills: { type: 'string', default: '30' },
    node: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});

const {
  startCulprit,
  wentWrongInside,
  startObservedApp,
  takeSnapshot,
  untilRestored,
  staysRestored,
  startPinging,
  endAllTargets,
  delay,
} = await loadSupport();

/** The support files of the live tests are TypeScript: bundled for this run. */
async function loadSupport() {
  const folder = new URL('../../node_modules/.cache/culprit-stress/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const outfile = new URL('support.mjs', folder).pathname;
  const exports = ['culprit', 'observed-app', 'restored', 'target', 'wait'].map(
    (name) => `export * from './${name}.ts';`,
  );
  await build({
    stdin: {
      contents: exports.join('\n'),
      resolveDir: new URL('../live/support', import.meta.url).pathname,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

/** A small random generator (mulberry32), so that a failing run can be repeated. */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const LEASE_MILLIS = 12_000;
// Long enough for the census, which comes after about 5 s.
const DURATION_SECONDS = 8;
const random = createRandom(Number(values.seed));
const failures = [];
const note = (what, found) => {
  if (found.length === 0) return;
  failures.push(`${what}: ${found.join('; ')}`);
  console.log(`  LEFT BEHIND ${failures.at(-1)}`);
};

async function runCycles(target, before, count) {
  for (let cycle = 1; cycle <= count; cycle++) {
    const culprit = startCulprit([
      'diagnose',
      String(target.pid),
      '--duration',
      cycle % 5 === 0 ? '9s' : '2s',
      '--json',
      '-',
    ]);
    const result = await culprit.ended;
    const wrong = wentWrongInside(result);
    if (wrong || result.code !== 0)
      note(`cycle ${cycle}`, [wrong ?? `exit code ${result.code}: ${result.stderr}`]);
    const { left } = await untilRestored(target, before, 3_000);
    note(`cycle ${cycle}`, left);
    await target.get('/clear');
    if (cycle % 10 === 0) console.log(`  ${cycle} cycles`);
  }
}

async function runKills(target, before, count) {
  const took = [];
  for (let kill = 1; kill <= count; kill++) {
    const culprit = startCulprit([
      'diagnose',
      String(target.pid),
      '--duration',
      `${DURATION_SECONDS}s`,
      '--json',
      '-',
    ]);
    const millis = Math.round(random() * (DURATION_SECONDS + 2) * 1_000);
    await delay(millis);
    culprit.kill('SIGKILL');
    await culprit.ended;
    const restored = await untilRestored(target, before, LEASE_MILLIS);
    took.push(restored.millis);
    note(`kill ${kill} after ${millis} ms`, restored.left);
    if (restored.left.length > 0) await untilRestored(target, before, 20_000);
    await target.get('/clear');
    if (kill % 5 === 0) console.log(`  ${kill} kills`);
  }
  return took;
}

const target = await startObservedApp(values.node);
try {
  const before = await takeSnapshot(target);
  const pinger = startPinging(target);
  console.log(`${values.cycles} attach/detach cycles`);
  await runCycles(target, before, Number(values.cycles));
  console.log(`${values.kills} kills of culprit, seed ${values.seed}`);
  const took = await runKills(target, before, Number(values.kills));
  note('at rest', await staysRestored(target, before, 5_000));
  const { answered, failed } = await pinger.stop();
  if (failed > 0) note('serving', [`${failed} requests failed`]);
  const slowest = Math.max(0, ...took) / 1_000;
  console.log(`\n${values.cycles} cycles, ${values.kills} kills: ${failures.length} left something behind.`);
  console.log(
    `Restored at most ${slowest.toFixed(1)} s after a kill (lease 10 s). ${answered} requests answered, ${failed} failed.`,
  );
} finally {
  await endAllTargets();
}
process.exitCode = failures.length > 0 ? 1 : 0;
