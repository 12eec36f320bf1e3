// Leaking servers in a memory cgroup that leaves 1.3 times what they use: culprit must name the leak with no heap
// snapshot, cost them at most a fifth of their memory, and refuse a snapshot that would end them. Each server first
// runs for as long as the look takes, undisturbed, so that what the leak itself adds is known and taken off.
//
//   node test/stress/memory-limit.mjs [--kinds a,b] [--culprit PATH] [--node PATH] [--duration 30] [--headroom 1.3]
//     [--of rss|used] [--format ts|esm|cjs] [--fill MB] [--prove] [--out DIR]
//
// The headroom is 0.3 times the RSS, on top of what the cgroup counts: pages of the node binary that other processes
// brought in are in the one and not in the other. With --of used it is 0.3 times what the cgroup counts, which is a
// third of that. --fill lets each server leak up to so many MB first, with more traffic. --prove ends each check by
// taking the refused snapshot after all and tells whether the kernel killed the server for it. Needs root and the
// memory controller of cgroup version 1. Exits with 1 when any check failed. Takes about 20 minutes; not part of
// npm test.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import CDP from 'chrome-remote-interface';
import Table from 'cli-table3';
import { startLoad, startTarget } from '../../fixtures/targets/start.mjs';
import { score } from '../accuracy/score.mjs';
import { makeGroup, startTime, statusBytes, watchPeak, whyNoGroup } from './memory-group.mjs';

const KINDS = [
  'heap-leak',
  'heap-leak-set',
  'heap-leak-array',
  'heap-leak-object',
  'listener-leak',
  'listener-leak-signal',
  'closure-leak',
  'promise-leak',
  'promise-race-leak',
  'external-memory-leak',
];

const { values: options } = parseArgs({
  options: {
    kinds: { type: 'string', default: KINDS.join(',') },
    culprit: { type: 'string', default: fileURLToPath(new URL('../../bin/culprit.js', import.meta.url)) },
    node: { type: 'string', default: process.execPath },
    duration: { type: 'string', default: '30' },
    headroom: { type: 'string', default: '1.3' },
    of: { type: 'string', default: 'rss' },
    format: { type: 'string', default: 'ts' },
    fill: { type: 'string', default: '0' },
    prove: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const lookSeconds = Number(options.duration);
const headroom = Number(options.headroom);
/** The most that culprit may make of the server's memory, its own leak taken off. */
const ALLOWED_RATIO = 1.2;
/** Part of the usual traffic while we watch: all of it would leak more than the headroom. */
const WATCHED_TRAFFIC = 0.5;
/** With all of the traffic first, so that V8 has stretched its young generation, then with a part of it. */
const WARMUP_SECONDS = [15, 5];
/** Attaching, the last census and restoring come on top of the look. */
const LOOK_EXTRA_SECONDS = 5;
const FILL_TIMES = 6;
const MB = 1048576;
const out = options.out ?? mkdtempSync(join(tmpdir(), 'memory-limit-'));
mkdirSync(out, { recursive: true });

/** What runs now, each with a stop(): ended in this order, whatever happens. */
const running = [];

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

function runCulprit(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [options.culprit, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), (lookSeconds + 120) * 1000);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? signal, output });
    });
  });
}

async function fillUp(group, kind, port) {
  const wanted = Number(options.fill) * MB;
  if (group.usedBytes() >= wanted) return;
  const load = startLoad({ kind, port, seconds: 600, times: FILL_TIMES });
  running.unshift(load);
  while (group.usedBytes() < wanted) await delay(200);
  await load.stop();
}

/** What would have happened: the snapshot that was refused, taken by hand. */
async function takeSnapshotAnyway(target, group) {
  process.kill(target.pid, 'SIGUSR1');
  await delay(500);
  const port = Number(/Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(target.output)?.[1]);
  const session = await CDP({ port });
  await Promise.race([
    session.HeapProfiler.takeHeapSnapshot({ reportProgress: false }).catch(() => {}),
    new Promise((resolve) => session.on('disconnect', resolve)),
  ]);
  await session.close().catch(() => {});
  await delay(500);
  return group.kills() > 0 ? 'killed' : 'survived';
}

/** Asked for by force, it must be refused with a reason, and the rest of the look must still be harmless. */
async function refuses(target, name) {
  const pid = String(target.pid);
  const { code, output } = await runCulprit(['diagnose', pid, '--duration', '8s', '--snapshot', 'force']);
  writeFileSync(join(out, `${name}.forced.log`), output);
  const said = /[^.]*snapshot was refused[^.]*\./i.exec(output.replace(/\s+/g, ' '))?.[0];
  return { isRefused: said !== undefined, code, said };
}

async function check(kind) {
  const group = makeGroup(kind);
  running.push(group);
  // The shell joins the group and becomes node: everything the server ever uses is counted.
  const enter = `echo $$ > ${group.folder}/cgroup.procs && exec "$0" "$@"`;
  const target = await startTarget({
    kind,
    variant: 'faulty',
    format: options.format,
    node: '/bin/sh',
    nodeArgs: ['-c', enter, options.node, '--inspect-port=0'],
  });
  running.unshift(target);
  const bornAt = startTime(target.pid);
  const warmUp = startLoad({ kind, port: target.port, seconds: WARMUP_SECONDS[0] });
  running.unshift(warmUp);
  await delay(WARMUP_SECONDS[0] * 1000);
  await warmUp.stop();
  await fillUp(group, kind, target.port);
  const load = startLoad({
    kind,
    port: target.port,
    seconds: 4 * lookSeconds + 300,
    times: WATCHED_TRAFFIC,
  });
  running.unshift(load);
  await delay(WARMUP_SECONDS[1] * 1000);
  const alone = await watchPeak(group, target.pid, () => delay((lookSeconds + LOOK_EXTRA_SECONDS) * 1000));
  const ownBytes = () => (options.of === 'used' ? group.usedBytes() : statusBytes(target.pid, 'VmRSS'));
  const setLimit = () => {
    const bytes = Math.round(group.usedBytes() + (headroom - 1) * ownBytes());
    group.limit(bytes);
    return bytes;
  };
  const own = ownBytes();
  const limitBytes = setLimit();
  const reportFile = join(out, `${kind}.json`);
  const args = ['diagnose', String(target.pid), '--duration', `${lookSeconds}s`, '--json', reportFile];
  const look = await watchPeak(group, target.pid, () => runCulprit([...args, '--snapshot', 'never']));
  writeFileSync(join(out, `${kind}.log`), look.result.output);
  // A look of its own: the leak has gone on, and the limit leaves as much room as before.
  if (group.kills() === 0) setLimit();
  const refusal = group.kills() === 0 ? await refuses(target, kind) : { isRefused: false };
  const hasSurvived = group.kills() === 0 && startTime(target.pid) === bornAt && (await answers(target.port));
  await load.stop();
  const served = JSON.parse(load.output.trim() || '{"failed":"all"}');
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : undefined;
  const scored =
    report && score({ kind, variant: 'faulty', format: options.format, truth: target.truth, report });
  const proof = options.prove && hasSurvived ? await takeSnapshotAnyway(target, group) : undefined;
  const added = (what) => {
    // A group that was at its limit tells nothing of what would have been needed.
    if (look.peak.rss === 0) return undefined;
    const leak = Math.max(0, alone.peak[what] - alone.before[what]);
    return (own + look.peak[what] - look.before[what] - leak) / own;
  };
  return {
    kind,
    verdict: scored?.verdict ?? 'no report',
    top: scored?.top,
    exitCode: look.result.code,
    beforeBytes: look.before.group,
    beforeRssBytes: look.before.rss,
    limitBytes,
    peakBytes: look.peak.group,
    leakBytes: Math.max(0, alone.peak.group - alone.before.group),
    ratio: added('group'),
    rssRatio: added('rss'),
    hasSurvived,
    failedRequests: served.failed,
    firstError: served.firstError,
    refusal,
    proof,
  };
}

function complaints(result) {
  const wrong = [];
  if (result.leakBytes > result.limitBytes - result.beforeBytes)
    wrong.push('no test: the leak alone fills it');
  if (!result.hasSurvived) wrong.push('did not survive');
  if (result.failedRequests !== 0)
    wrong.push(`${result.failedRequests} requests failed: ${result.firstError}`);
  if (result.verdict !== 'right') wrong.push(result.verdict);
  if (result.ratio > ALLOWED_RATIO || result.rssRatio > ALLOWED_RATIO) wrong.push('too much memory');
  if (!result.refusal.isRefused) wrong.push('snapshot not refused');
  return wrong;
}

function print(results) {
  const megabytes = (bytes) => Math.round(bytes / MB);
  const times = (ratio) => (ratio === undefined ? 'died' : ratio.toFixed(2));
  const table = new Table({
    head: [
      'target',
      'RSS',
      'used',
      'limit',
      'peak',
      'leak',
      'ratio',
      'RSS ratio',
      'said',
      'snapshot',
      'wrong',
    ],
    colWidths: [22, 6, 6, 7, 6, 6, 7, 7, 46, 22, 24],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const result of results) {
    const { top, refusal, proof } = result;
    table.push([
      result.kind,
      megabytes(result.beforeRssBytes),
      megabytes(result.beforeBytes),
      megabytes(result.limitBytes),
      megabytes(result.peakBytes),
      megabytes(result.leakBytes),
      times(result.ratio),
      times(result.rssRatio),
      top ? `[${top.kind}] ${top.title} (${top.file}:${top.line})` : `nothing, exit ${result.exitCode}`,
      `${refusal.isRefused ? 'refused' : `exit ${refusal.code}`}${proof ? `, by hand: ${proof}` : ''}`,
      complaints(result).join('; '),
    ]);
  }
  console.log(table.toString());
  console.log(
    'Sizes in MB; used, limit and peak as the cgroup counts, leak what the same time adds undisturbed.',
  );
}

async function stopRunning() {
  for (const each of running.splice(0)) await each.stop();
}
for (const name of ['SIGINT', 'SIGTERM']) {
  process.once(name, () => stopRunning().finally(() => process.exit(130)));
}

const hindrance = whyNoGroup();
if (hindrance) {
  console.error(hindrance);
  process.exit(2);
}
const results = [];
for (const kind of options.kinds.split(',')) {
  try {
    results.push(await check(kind));
    console.log(`${kind}: ${complaints(results.at(-1)).join('; ') || 'right'}`);
  } finally {
    await stopRunning();
  }
}
print(results);
writeFileSync(join(out, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
console.log(`reports: ${out}`);
process.exitCode = results.every((result) => complaints(result).length === 0) ? 0 : 1;
