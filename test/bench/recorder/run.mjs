// What the recorder takes while it looks: its size, its memory (resident at most, and what is its own), its CPU time; beside
// `culprit record`, which it stands in for. Versions take turns, a fresh server for each run.
//   npm run bench:recorder -- [--rounds 3] [--seconds 20] [--server leak]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
    server: { type: 'string', default: 'leak' },
    nodes: { type: 'string', default: join(process.env.HOME ?? '', '.cache/culprit-nodes') },
  },
});
const root = fileURLToPath(new URL('../../../', import.meta.url));
const recorder = join(root, 'dist/culprit-recorder.cjs');
const nodeOf = (major) => join(values.nodes, `node_modules/n${major}/bin/node`);
const FLAGS = [
  '--max-old-space-size=100',
  '--max-semi-space-size=1',
  '--single-threaded-gc',
  '--no-opt',
  '--no-sparkplug',
];

/** Each starts with the target's pid and ends by itself. */
const WAYS = [16, 18, 20, 22, 24, 26].flatMap((major) => [
  { name: `Node ${major}, by hand`, major, words: (pid) => [nodeOf(major), '-', ...look(pid)] },
  {
    name: `Node ${major}, as culprit k8s starts it`,
    major,
    words: (pid) => [nodeOf(major), ...FLAGS, '-', ...look(pid)],
  },
]);
WAYS.push({
  name: 'culprit record (Node 20), for comparison',
  major: 20,
  words: (pid) => [nodeOf(20), join(root, 'bin/culprit.js'), ...look(pid), '--snapshot', 'never', '-o', '-'],
});

const look = (pid) => ['record', String(pid), '--duration', `${values.seconds}s`];

async function measure(way) {
  const server = spawn(nodeOf(way.major), [join(root, `fixtures/pods/${values.server}.cjs`)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(server.stdout, 'data');
  const [program, ...args] = way.words(server.pid);
  const started = performance.now();
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  createReadStream(recorder)
    .pipe(child.stdin)
    .on('error', () => {});
  let bytes = 0;
  child.stdout.on('data', (chunk) => {
    bytes += chunk.length;
  });
  const seen = { peak: 0, own: 0, cpuMillis: 0 };
  const timer = setInterval(() => readUse(child.pid, seen), 200);
  const [code] = await once(child, 'exit');
  clearInterval(timer);
  server.kill('SIGKILL');
  if (code !== 0) throw new Error(`${way.name}: exit code ${code}`);
  return { ...seen, cpuShare: seen.cpuMillis / (performance.now() - started), bytes };
}

/** MB are 2^20 bytes; the kernel counts CPU in hundredths of a second. */
function readUse(pid, seen) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const megabytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
    seen.peak = Math.max(seen.peak, megabytes('VmHWM'));
    seen.own = Math.max(seen.own, megabytes('RssAnon'));
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    seen.cpuMillis = (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    // It has just ended.
  }
}

const results = new Map(WAYS.map((way) => [way.name, []]));
for (let round = 0; round < Number(values.rounds); round++)
  for (const way of round % 2 === 0 ? WAYS : [...WAYS].reverse())
    results.get(way.name).push(await measure(way));

const spread = (list, digits) => {
  const sorted = [...list].sort((a, b) => a - b);
  const show = (value) => value.toFixed(digits);
  return `${show(sorted[sorted.length >> 1])} (${show(sorted[0])} - ${show(sorted.at(-1))})`;
};
console.log(
  `culprit-recorder.cjs: ${statSync(recorder).size} bytes; looks of ${values.seconds} s at "${values.server}", ${values.rounds} rounds\n`,
);
console.log(
  '| how | resident at most, MB | of it its own (anonymous), MB | CPU, % of a core | recording, KB |\n| --- | --- | --- | --- | --- |',
);
for (const [name, runs] of results)
  console.log(
    `| ${name} | ${spread(
      runs.map((run) => run.peak),
      1,
    )} | ${spread(
      runs.map((run) => run.own),
      1,
    )} | ${spread(
      runs.map((run) => run.cpuShare * 100),
      1,
    )} | ${spread(
      runs.map((run) => run.bytes / 1024),
      0,
    )} |`,
  );
