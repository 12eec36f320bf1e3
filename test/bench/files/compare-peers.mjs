// What culprit and others say of the same files: how much time or memory a file holds, and the functions with most of it.
// speedscope's importer reads profiles and traces, memlab heap snapshots, `node --prof-process` the logs of --prof.
// node test/bench/files/compare-peers.mjs [--top N] FILE ...
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installPeers, MEMLAB } from '../heap/peers.mjs';
import { importWithSpeedscope } from './speedscope.mjs';

const CULPRIT = fileURLToPath(new URL('../../../bin/culprit.js', import.meta.url));
const SELF = fileURLToPath(import.meta.url);

const { values, positionals } = parseArgs({
  options: { top: { type: 'string', default: '5' }, only: { type: 'string' } },
  allowPositionals: true,
});
const top = Number(values.top);

/** By name: what it says of a file, in lines. */
const READERS = { culprit, speedscope, memlab, 'node --prof-process': profProcess };

function readersOf(file) {
  if (/\.heapsnapshot$/.test(file)) return ['culprit', 'memlab'];
  return /v8\.log$/.test(file) ? ['culprit', 'node --prof-process'] : ['culprit', 'speedscope'];
}

const row = (part, whole, text) => `${((100 * part) / whole).toFixed(1).padStart(5)} %  ${text}`;

function culprit(file) {
  const isHeap = /\.heapsnapshot$/.test(file);
  const args = isHeap ? ['heap', file] : ['analyze', file, '--json'];
  const { stdout, stderr } = spawnSync(process.execPath, [CULPRIT, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (isHeap) return stdout.split('\n').filter((line) => /^(?:[A-Z]{3}|\d+\. )/.test(line));
  if (!stdout.startsWith('{')) return stderr.trim().split('\n');
  const report = JSON.parse(stdout);
  const said = report.findings.slice(0, 3).map(({ title }) => `says: ${title}`);
  const tables = (report.where ?? []).flatMap(({ threadName, unit, whole, states, functions }) => [
    `${threadName}: ${whole.toFixed(1)} ${unit}${states ? `, idle ${states.idle.toFixed(1)} ms` : ''}`,
    ...functions
      .slice(0, top)
      .map(({ name, file: at, line, self }) =>
        row(self, whole, `${name} ${basename(at ?? '')}:${line ?? ''}`),
      ),
  ]);
  return [...tables, ...(said.length > 0 ? said : [`says: ${report.verdictReason ?? report.verdict}`])];
}

/** V8's own states are frames to it: they stand in the list, and idle time is part of the whole. */
async function speedscope(file) {
  const { profiles } = await importWithSpeedscope(file);
  return profiles.flatMap((profile) => {
    const frames = [];
    profile.forEachFrame((frame) => frames.push(frame));
    frames.sort((a, b) => b.getSelfWeight() - a.getSelfWeight());
    const whole = profile.getTotalWeight();
    return [
      `${profile.getName()}: ${profile.formatValue(whole)}`,
      ...frames
        .slice(0, top)
        .map((frame) =>
          row(
            frame.getSelfWeight(),
            whole,
            `${frame.name} ${basename(frame.file ?? '')}:${frame.line ?? ''}`,
          ),
        ),
    ];
  });
}

/** The objects that keep most alive. */
async function memlab(file) {
  installPeers();
  const { getFullHeapFromFile } = createRequire(SELF)(MEMLAB);
  const heap = await getFullHeapFromFile(file);
  const nodes = [];
  heap.nodes.forEach((node) => {
    if (!['synthetic', 'hidden', 'array', 'code'].includes(node.type)) nodes.push(node);
  });
  const whole = nodes.reduce((sum, { self_size }) => sum + self_size, 0);
  nodes.sort((a, b) => b.retainedSize - a.retainedSize);
  return [
    `${nodes.length} objects, ${whole} bytes`,
    ...nodes
      .slice(0, top)
      .map((node) => row(node.retainedSize, whole, `${node.type} ${node.name} @${node.id}`)),
  ];
}

function profProcess(file) {
  const { stdout, stderr } = spawnSync(process.execPath, ['--prof-process', file], { encoding: 'utf8' });
  return (stdout || stderr).split('\n').slice(0, top + 4);
}

// A process for each reader: speedscope takes the console, and all take memory.
if (values.only) {
  const lines = await READERS[values.only](positionals[0]);
  process.stdout.write(`${lines.join('\n')}\n`, () => process.exit(0));
} else {
  for (const file of positionals) {
    process.stdout.write(`\n${basename(file)}\n`);
    for (const reader of readersOf(file)) {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [SELF, '--top', values.top, '--only', reader, file],
        {
          encoding: 'utf8',
          maxBuffer: 2 ** 28,
        },
      );
      const said = stdout.trim() || /^\w*Error: .*$/m.exec(stderr)?.[0] || 'nothing';
      process.stdout.write(`  ${reader}\n${said.replace(/^/gm, '    ')}\n`);
    }
  }
}
