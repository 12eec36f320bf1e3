// Shows, without culprit, that each planted fault is real and each twin is flat: runs the targets under their own
// load and prints what moved after the warm-up. `node test/accuracy/measure.mjs [--set apps] [--kinds a,b] [--seconds 30]`
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatsOf, listKinds, listVariants, VARIANTS } from '../../fixtures/targets/places.mjs';
import { descendants, startLoad, startTarget } from '../../fixtures/targets/start.mjs';

const { values: options } = parseArgs({
  options: {
    kinds: { type: 'string' },
    variants: { type: 'string', default: VARIANTS.join(',') },
    set: { type: 'string', default: 'targets' },
    format: { type: 'string' },
    seconds: { type: 'string', default: '30' },
    warmup: { type: 'string', default: '8' },
    node: { type: 'string', default: process.execPath },
  },
});
const probe = fileURLToPath(new URL('probe.cjs', import.meta.url));
const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
const megabytes = (bytes) => Math.round(bytes / 1048576);

function lookAt(pid) {
  const kinds = {};
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const kind = readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/:.*/, '').replace(/^\/.*/, 'file');
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    } catch {
      // Closed while we looked.
    }
  }
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const children = descendants(pid).length;
  return {
    fds: Object.values(kinds).reduce((a, b) => a + b, 0),
    kinds,
    threads: Number(/Threads:\s+(\d+)/.exec(status)[1]),
    children,
  };
}

async function measure(kind, variant, format) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'measure-'));
  const file = path.join(folder, 'lines');
  const seconds = Number(options.seconds);
  const warmup = Number(options.warmup);
  const target = await startTarget({
    kind,
    variant,
    format,
    node: options.node,
    nodeArgs: ['--require', probe],
    env: { MEASURE_FILE: file },
  });
  const load = startLoad({ kind, port: target.port, seconds: warmup + seconds });
  try {
    await sleep(warmup * 1000);
    const before = lookAt(target.pid);
    rmSync(file, { force: true });
    await sleep(seconds * 1000);
    const after = lookAt(target.pid);
    const lines = existsSync(file)
      ? readFileSync(file, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
    const series = (name) => lines.map((line) => megabytes(line[name])).join(' ');
    const sum = (name) => lines.reduce((total, line) => total + line[name], 0);
    const span = lines.length * 2000;
    console.log(`\n${kind} ${variant} (${format})`);
    console.log(
      `  rss MB      ${series('rss')}\n  heap MB     ${series('heapUsed')}\n  external MB ${series('external')}`,
    );
    console.log(
      `  busy ${Math.round((100 * sum('busyMillis')) / span)} %, gc ${Math.round((100 * sum('gcMillis')) / Math.max(1, sum('busyMillis')))} % of busy, longest delay ${Math.round(Math.max(0, ...lines.map((line) => line.delayMaxMillis)))} ms, heap limit ${megabytes(lines.at(-1)?.heapLimit ?? 0)} MB`,
    );
    console.log(`  fds ${before.fds} -> ${after.fds} ${JSON.stringify(after.kinds)}`);
    console.log(
      `  children ${before.children} -> ${after.children}, threads ${before.threads} -> ${after.threads}`,
    );
    console.log(`  active ${JSON.stringify(lines[0]?.counts)} -> ${JSON.stringify(lines.at(-1)?.counts)}`);
    await sleep(500);
    await load.stop();
    console.log(`  load ${load.output.trim()}`);
  } finally {
    await load.stop();
    await target.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const kind of options.kinds?.split(',') ?? listKinds(options.set)) {
  for (const variant of options.variants.split(',')) {
    if (listVariants(kind).includes(variant))
      await measure(kind, variant, options.format ?? formatsOf(kind)[0]);
  }
}
