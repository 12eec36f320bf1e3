// How fast heap snapshots are read, and with how much memory, beside memlab and Chrome DevTools: from file to
// dominators and retained sizes, a fresh process for each run, readers taking turns. See README.md.
// node test/bench/heap/run.mjs [--rounds 5] [--sizes 0.1,0.5,2,6] [--big] [--no-peers]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildOurs } from './build-ours.mjs';
import { generateSnapshot } from './generate-snapshot.mjs';
import { CACHE, installPeers, PEERS } from './peers.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    sizes: { type: 'string', default: '0.1,0.5,2,6' },
    big: { type: 'boolean', default: false },
    'big-nodes': { type: 'string', default: '40' },
    peers: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const READERS = options.peers ? ['culprit', 'devtools', 'memlab'] : ['culprit'];
const TIMEOUT_MILLIS = 600_000;

mkdirSync(CACHE, { recursive: true });
if (options.peers) installPeers();
await buildOurs();
const versions = Object.entries(PEERS).map(([name, version]) => `${name} ${version}`);
console.log(
  `Node ${process.version}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB; ${versions.join(', ')}`,
);
const sizes = options.sizes.split(',').filter(Boolean).map(Number);
const largest = Math.max(0, ...sizes);
for (const size of sizes) await measure(madeByV8(size), size === largest ? READERS : ['culprit']);
if (options.big) await measureBig(Number(options['big-nodes']) * 1e6);

function madeByV8(millions) {
  const file = join(CACHE, `v8-${millions}m.heapsnapshot`);
  if (!existsSync(file)) {
    const args = ['--max-old-space-size=14000', here('make-snapshot.mjs'), String(millions * 1e6), file];
    execFileSync(process.execPath, args, { stdio: 'inherit' });
  }
  return file;
}

async function measure(file, readers) {
  const runs = new Map(readers.map((reader) => [reader, []]));
  for (let round = 0; round < Number(options.rounds); round++) {
    // Nobody is always first.
    for (let i = 0; i < readers.length; i++) {
      const reader = readers[(i + round) % readers.length];
      runs.get(reader).push(run(reader, file));
    }
  }
  const { nodes, edges } = runs.get('culprit')[0];
  const megabytes = Math.round(statSync(file).size / 1e6);
  console.log(
    `\n${millionsOf(nodes)} nodes, ${millionsOf(edges)} edges, ${megabytes} MB, ${options.rounds} rounds`,
  );
  console.log('| reader | median s | from - to | ns a node | peak RSS MB | times our s | times our MB |');
  console.log('|---|---|---|---|---|---|---|');
  const ours = summary(runs.get('culprit'));
  for (const [reader, results] of runs) {
    const { seconds, low, high, peakMb } = summary(results);
    const cells = [reader, seconds.toFixed(2), `${low.toFixed(2)} - ${high.toFixed(2)}`];
    cells.push(String(Math.round((seconds * 1e9) / nodes)), String(peakMb));
    cells.push((seconds / ours.seconds).toFixed(1), (peakMb / ours.peakMb).toFixed(1));
    console.log(`| ${cells.join(' | ')} |`);
  }
}

/** Peers get all the heap they ask for. */
function run(reader, file) {
  const args = ['--max-old-space-size=16000', here(`read-with/${reader}.mjs`), file];
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: TIMEOUT_MILLIS,
  });
  const result = /RESULT (.*)/.exec(stdout)?.[1];
  if (status !== 0 || !result)
    throw new Error(`${reader} failed (${signal ?? status}): ${stderr.slice(-2_000)}`);
  return JSON.parse(result);
}

function summary(results) {
  const seconds = results.map(({ millis }) => millis / 1e3).sort((a, b) => a - b);
  const peaks = results.map(({ peakMb }) => peakMb).sort((a, b) => a - b);
  const middle = (sorted) => sorted[Math.floor(sorted.length / 2)];
  return { seconds: middle(seconds), low: seconds[0], high: seconds.at(-1), peakMb: middle(peaks) };
}

/** Ours once, and what the peers say to it. */
async function measureBig(nodes) {
  const file = join(CACHE, `generated-${nodes / 1e6}m.heapsnapshot`);
  if (!existsSync(file)) await generateSnapshot(nodes, file);
  console.log(`\n${(statSync(file).size / 1e9).toFixed(2)} GB, generated`);
  for (const reader of READERS) {
    try {
      const { millis, peakMb, nodes: read, edges } = run(reader, file);
      const counts = read ? `, ${millionsOf(read)} nodes, ${millionsOf(edges)} edges` : '';
      console.log(`${reader}: ${(millis / 1e3).toFixed(1)} s, peak RSS ${peakMb} MB${counts}`);
    } catch (error) {
      console.log(`${reader}: ${error.message.trim().split('\n').slice(-3).join(' / ').slice(0, 300)}`);
    }
  }
  rmSync(file);
}

function millionsOf(count) {
  return `${(count / 1e6).toFixed(2)} M`;
}
