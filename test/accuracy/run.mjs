// Runs culprit against every target (or app) and its healthy twin, under its own load, and scores the reports.
// `node test/accuracy/run.mjs --help` lists the options; a full run takes about an hour, so it is not in npm test.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { ensureBuilt } from '../../fixtures/targets/build.mjs';
import {
  FORMATS,
  formatsOf,
  listKinds,
  listVariants,
  SETS,
  VARIANTS,
} from '../../fixtures/targets/places.mjs';
import { startLoad, startTarget, stopChild } from '../../fixtures/targets/start.mjs';
import { score } from './score.mjs';

const HELP = `node test/accuracy/run.mjs [options]
  --set NAME           targets (need only Node) or apps (use packages; fixtures/apps) (default targets)
  --kinds a,b          targets or apps to run, by folder (default: all of the set)
  --variants a,b       faulty, healthy (default: both)
  --runs N             runs of each (default 3); the format changes from run to run and kind to kind
  --formats a,b        ts, esm, cjs; apps have only source (default: all)
  --snapshot MODE      passed on to culprit; with force, the retainer path is scored, too (default auto)
  --duration SECONDS   length of the look (default 30)
  --warmup SECONDS     load before it (default 8)
  --jobs N             targets at a time (default 1)
  --node PATH          node that runs the targets (default: this one)
  --culprit PATH       the tool (default bin/culprit.js)
  --out DIR            reports and output of every run (default: a temporary folder)
  --results FILE       results as JSON (default: results.json in --out)`;

const { values: options } = parseArgs({
  options: {
    set: { type: 'string', default: 'targets' },
    kinds: { type: 'string' },
    variants: { type: 'string', default: VARIANTS.join(',') },
    runs: { type: 'string', default: '3' },
    formats: { type: 'string', default: FORMATS.join(',') },
    snapshot: { type: 'string', default: 'auto' },
    duration: { type: 'string', default: '30' },
    warmup: { type: 'string', default: '8' },
    jobs: { type: 'string', default: '1' },
    node: { type: 'string', default: process.execPath },
    culprit: { type: 'string', default: fileURLToPath(new URL('../../bin/culprit.js', import.meta.url)) },
    out: { type: 'string' },
    results: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

const known = Object.keys(SETS).flatMap((set) => listKinds(set));
const kinds = options.kinds?.split(',') ?? listKinds(options.set);
const formats = options.formats.split(',');
const unknown = [
  ...(SETS[options.set] ? [] : [options.set]),
  ...kinds.filter((kind) => !known.includes(kind)),
  ...formats.filter((format) => !FORMATS.includes(format)),
  ...options.variants.split(',').filter((variant) => !VARIANTS.includes(variant)),
];
if (unknown.length > 0) {
  console.error(`not known: ${unknown.join(', ')}\n${HELP}`);
  process.exit(2);
}
const durationSeconds = Number(options.duration);
const warmupSeconds = Number(options.warmup);
// Beyond the look itself: attaching, analysing, restoring.
const SLACK_SECONDS = 120;
const out = options.out ?? mkdtempSync(path.join(os.tmpdir(), 'accuracy-'));
mkdirSync(out, { recursive: true });
const resultsFile = options.results ?? path.join(out, 'results.json');

const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
/** Everything that runs now; each has a stop(). */
const running = new Set();
let stopping = false;

function answers(port) {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path: '/health', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.setTimeout(5000, () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/** Runs culprit to its end, or to a limit well beyond the look. */
function runCulprit(pid, reportFile) {
  return new Promise((resolve) => {
    const args = [
      options.culprit,
      'diagnose',
      String(pid),
      '--duration',
      `${durationSeconds}s`,
      '--snapshot',
      options.snapshot,
      '--json',
      reportFile,
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const tool = { output: '', stop: () => stopChild(child) };
    running.add(tool);
    const timer = setTimeout(() => child.kill('SIGKILL'), (durationSeconds + SLACK_SECONDS) * 1000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        tool.output = (tool.output + chunk).slice(-262_144);
      });
    }
    child.on('close', (code, signalName) => {
      clearTimeout(timer);
      running.delete(tool);
      resolve({ code: code ?? signalName, output: tool.output });
    });
  });
}

async function runOne({ kind, variant, format, run }) {
  const name = `${kind}.${variant}.${format}.${run}`;
  const reportFile = path.join(out, `${name}.json`);
  const result = { kind, variant, format, run, verdict: 'error', node: options.node };
  let target;
  let load;
  try {
    // A free inspector port for each: 9229 may be held by a neighbour, or by the other lane.
    target = await startTarget({
      kind,
      variant,
      format,
      node: options.node,
      nodeArgs: ['--inspect-port=0'],
    });
    running.add(target);
    load = startLoad({ kind, port: target.port, seconds: warmupSeconds + durationSeconds + SLACK_SECONDS });
    running.add(load);
    await sleep(warmupSeconds * 1000);
    const startedAt = performance.now();
    const tool = await runCulprit(target.pid, reportFile);
    result.seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    result.exitCode = tool.code;
    result.alive = await answers(target.port);
    await load.stop();
    result.load = load.output.trim() ? JSON.parse(load.output) : null;
    writeFileSync(path.join(out, `${name}.log`), `${tool.output}\n--- target\n${target.output}`);
    if (existsSync(reportFile)) {
      const report = JSON.parse(readFileSync(reportFile, 'utf8'));
      Object.assign(result, score({ kind, variant, format, truth: target.truth, report }));
    } else {
      result.error = tool.output.trim().split('\n')[0] || `no report, exit ${tool.code}`;
    }
  } catch (error) {
    result.error = error.message;
  } finally {
    await load?.stop();
    await target?.stop();
    running.delete(load);
    running.delete(target);
  }
  return result;
}

/** What is not right about the place; "exact line" and "in function" are both right. */
function placeWords({ place, holder }) {
  if (!place) return '';
  const held = holder === undefined ? '' : `, ${holder}`;
  return `${placeOf(place)}${held}`;
}

function placeOf(place) {
  const wrong = ['file', 'function', 'line'].filter((part) => !place[part]);
  if (wrong.length > 0)
    return `${place.exactLine ? 'exact line, ' : ''}${wrong.map((part) => `other ${part}`).join(', ')}`;
  return place.exactLine ? 'exact line' : 'in function';
}

function printTable(results) {
  const table = new Table({
    head: ['kind', 'variant', 'format', 'verdict', 'place', 'top finding', 's', 'alive'],
    colWidths: [24, 9, 8, 13, 24, 70, 7, 7],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const result of results) {
    table.push([
      result.kind,
      result.variant,
      result.format,
      result.verdict,
      placeWords(result),
      result.error ?? (result.top ? `[${result.top.kind}] ${result.top.title}` : (result.said ?? '')),
      result.seconds ?? '',
      result.alive ? 'yes' : 'NO',
    ]);
  }
  console.log(table.toString());
  for (const variant of VARIANTS) {
    const of = results.filter((result) => result.variant === variant);
    const right = of.filter((result) => result.verdict === 'right').length;
    if (of.length > 0) console.log(`${variant}: ${right} of ${of.length} right`);
  }
}

const plan = [];
for (let run = 0; run < Number(options.runs); run++) {
  for (const [index, kind] of kinds.entries()) {
    for (const variant of options.variants.split(',')) {
      if (!listVariants(kind).includes(variant)) continue;
      const those = formatsOf(kind).filter((format) => formats.includes(format));
      if (those.length === 0) continue;
      plan.push({ kind, variant, format: those[(run + index) % those.length], run: run + 1 });
    }
  }
}
const results = [];

function finish() {
  const order = (result) =>
    plan.findIndex((p) => p.kind === result.kind && p.variant === result.variant && p.run === result.run);
  results.sort((a, b) => order(a) - order(b));
  printTable(results);
  writeFileSync(
    resultsFile,
    `${JSON.stringify({ when: new Date().toISOString(), options, results }, null, 2)}\n`,
  );
  console.log(`reports: ${out}\nresults: ${resultsFile}`);
}

async function stopAll() {
  if (stopping) return;
  stopping = true;
  await Promise.allSettled([...running].map((each) => each.stop()));
  finish();
  process.exit(130);
}
process.on('SIGINT', stopAll);
process.on('SIGTERM', stopAll);

for (const { kind, variant, format } of plan) await ensureBuilt(kind, variant, format);
const queue = [...plan];
async function lane() {
  for (let next = queue.shift(); next && !stopping; next = queue.shift()) {
    const result = await runOne(next);
    if (stopping) return;
    results.push(result);
    const what = result.error ?? result.top?.title ?? result.said;
    console.log(
      `${results.length}/${plan.length} ${next.kind} ${next.variant} ${next.format}: ${result.verdict} (${what})`,
    );
  }
}
await Promise.all(Array.from({ length: Math.max(1, Number(options.jobs)) }, lane));
if (!stopping) {
  finish();
  process.exitCode = results.every((result) => result.verdict === 'right' && result.alive) ? 0 : 1;
}
