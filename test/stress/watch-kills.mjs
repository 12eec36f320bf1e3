// A watch that is killed with kill -9 at random moments, a hundred times: within the lease its targets are clean each time, its
// state is whole, and its limits are still counted, so that a rule that may act once an hour has acted that often in all.
//
//   node test/stress/watch-kills.mjs [--kills 100] [--seed 1]
//
// Exits with 1 when any check failed. Not part of npm test.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { extraPorts, readDecisions } from './watch-facts.mjs';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
});
const KILLS = Number(values.kills);
const CLI = fileURLToPath(new URL('../../bin/culprit.js', import.meta.url));
/** What is installed in a target expires within 10 s; the rest is room for a busy machine. */
const LEASE_MILLIS = 20_000;
/** Of each target: the rule may act so often in all. */
const RUNS = 5;
const LONGEST_MILLIS = 8_000;

let state = Number(values.seed) >>> 0 || 1;
/** The same moments for the same seed. */
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

const dir = mkdtempSync(join(tmpdir(), 'culprit-kills-'));
const folder = join(dir, 'watch');
const names = ['first.cjs', 'second.cjs'];
const FDS = 100;
// Busy for a third of the time, so that there is something to record; and with many files open for two seconds out of four.
const CODE = `require('http').createServer((request, response) => response.end()).listen(0, '127.0.0.1');
setInterval(() => { const end = Date.now() + 15; while (Date.now() < end); }, 50);
const fs = require('fs');
let open = [];
setInterval(() => {
  if (open.length > 0) open.forEach((fd) => fs.closeSync(fd));
  open = open.length > 0 ? [] : Array.from({ length: ${FDS} }, () => fs.openSync(__filename));
}, 2_000);`;
const targets = names.map((name) => {
  const file = join(dir, name);
  writeFileSync(file, CODE);
  return spawn(process.execPath, ['--inspect-port=0', file], { stdio: 'ignore', cwd: dir });
});
const [, fdLimit] = /^Max open files +(\d+)/m.exec(readFileSync(`/proc/${targets[0].pid}/limits`, 'utf8'));
const manyFds = `${((FDS * 0.8) / Number(fdLimit)) * 100}%`;
const config = join(dir, 'culprit.watch.json');
const fds = { metric: 'fds.share', for: '0s', clearAfter: '0s', actions: ['diagnose'] };

/** A rule that is new acts at once, so that kills meet looks. */
function writeConfig(kill) {
  writeFileSync(
    config,
    JSON.stringify({
      targets: names,
      interval: '1s',
      folder,
      quota: '50MB',
      defaults: false,
      light: { every: '10s', duration: '5s' },
      rules: [
        { ...fds, name: 'limited', warn: manyFds, limits: { count: RUNS, window: 'none' } },
        { ...fds, name: `new-${kill}`, warn: '0.000001%', limits: { count: 1, window: 'none' } },
      ],
    }),
  );
}

async function cleanWithin(millis) {
  for (const until = Date.now() + millis; Date.now() < until; await delay(200))
    if (targets.every(({ pid }) => extraPorts(pid) <= 0)) return true;
  return false;
}

let unclean = 0;
let broken = 0;
let met = 0;
let slowest = 0;
let runsBefore = new Map();
let forgotten = 0;
for (let kill = 1; kill <= KILLS; kill++) {
  writeConfig(kill);
  const watcher = spawn(process.execPath, [CLI, 'watch', '--config', config, '--json'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    cwd: dir,
  });
  await delay(200 + random() * LONGEST_MILLIS);
  if (targets.some(({ pid }) => extraPorts(pid) > 0)) met += 1;
  watcher.kill('SIGKILL');
  await new Promise((resolve) => watcher.once('exit', resolve));
  const from = Date.now();
  if (!(await cleanWithin(LEASE_MILLIS))) unclean += 1;
  slowest = Math.max(slowest, Date.now() - from);
  try {
    const { rules } = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'));
    const limited = rules.filter(({ rule }) => rule === 'limited');
    const runs = new Map(limited.map(({ target, runs: count }) => [target, count]));
    if ([...runsBefore].some(([key, count]) => (runs.get(key) ?? 0) < count)) forgotten += 1;
    runsBefore = runs;
  } catch (error) {
    // Before the first one was written.
    if (error.code !== 'ENOENT') broken += 1;
  }
  if (kill % 10 === 0) console.error(`${kill} kills, ${met} of them during a look`);
}

const log = readDecisions(folder);
const setAside = log.filter(
  ({ what, detail }) => what === 'storage' && detail.startsWith('limits are reset'),
);
const alive = targets.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).length;
for (const target of targets) target.kill('SIGKILL');
const most = Math.max(0, ...runsBefore.values());
const checks = [
  [
    'targets are clean within the lease',
    unclean === 0,
    `${unclean} of ${KILLS} not; ${met} kills met a look; slowest ${slowest} ms`,
  ],
  ['the state is whole', broken + setAside.length === 0, `${broken} broken, ${setAside.length} set aside`],
  ['no run was forgotten', forgotten === 0, `${forgotten} times`],
  [`a rule with ${RUNS} runs in all acted so often and no oftener`, most === RUNS, `${most} runs`],
  ['the targets live', alive === targets.length, `${alive} of ${targets.length}`],
];
const table = new Table({ head: [`kill -9, ${KILLS} times`, '', ''] });
for (const [what, isGood, detail] of checks) table.push([what, isGood ? 'yes' : 'NO', detail]);
console.log(table.toString());
process.exit(checks.every(([, isGood]) => isGood) ? 0 : 1);
