// A watch over a server that leaks until the kernel kills it, a healthy one, and one that restarts again and again, with time
// compressed: seconds in place of minutes. Checked: the leak is caught with evidence before each of its ends, nobody cries
// wolf about the healthy server, the watcher grows neither in memory nor in CPU, alerts are well-formed, and nothing is left
// in a target, also when the watcher is killed.
//
//   node test/stress/watch-soak.mjs [--minutes 5] [--kills 3] [--limit 256]
//
// The leaking server runs in a memory cgroup (version 1, root) of --limit MB; without one it ends itself at that size. Exits
// with 1 when any check failed. Not part of npm test.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { makeGroup, statusBytes, whyNoGroup } from './memory-group.mjs';
import { extraPorts, readDecisions } from './watch-facts.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    kills: { type: 'string', default: '3' },
    limit: { type: 'string', default: '256' },
  },
});
const MB = 2 ** 20;
const CLI = fileURLToPath(new URL('../../bin/culprit.js', import.meta.url));
const LIMIT = Number(values.limit) * MB;
const MILLIS = Number(values.minutes) * 60_000;
/** What is installed in a target expires within 10 s; the rest is room for a busy machine. */
const LEASE_MILLIS = 20_000;

const SERVER = `const server = require('http').createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1');
`;
const PROGRAMS = {
  'leaking.cjs': `${SERVER}
const visits = new Map();
let made = 0;
function remember() {
  for (let i = 0; i < 50; i++) visits.set('visit-' + made++, new Array(120).fill(made));
  if (process.memoryUsage().rss > ${LIMIT}) process.exit(137);
}
setInterval(remember, 50);
`,
  'healthy.cjs': `${SERVER}
const cache = new Map();
let made = 0;
setInterval(() => {
  cache.set('key-' + (made++ % 2000), new Array(50).fill(made));
}, 5);
`,
  'restarting.cjs': `${SERVER}
setTimeout(() => process.exit(0), 60_000 / 3);
`,
};

const dir = mkdtempSync(join(tmpdir(), 'culprit-soak-'));
const whyNot = whyNoGroup();
if (whyNot) console.error(`No cgroup: ${whyNot} The leaking server ends itself.`);
const group = whyNot ? undefined : makeGroup('soak');
group?.limit(LIMIT);

let isOver = false;
const ends = { 'leaking.cjs': [], 'healthy.cjs': [], 'restarting.cjs': [] };
const running = new Map();

/** A supervisor: starts it, and again when it ends. */
async function supervise(name) {
  const file = join(dir, name);
  writeFileSync(file, PROGRAMS[name]);
  while (!isOver) {
    const child = spawn(process.execPath, ['--inspect-port=0', file], { stdio: 'ignore', cwd: dir });
    running.set(name, child);
    if (group && name === 'leaking.cjs') writeFileSync(join(group.folder, 'cgroup.procs'), String(child.pid));
    await new Promise((resolve) => child.once('exit', resolve));
    if (!isOver) ends[name].push(Date.now());
    await delay(1_000);
  }
}

const malformed = [];
const alerts = [];
const receiver = http.createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  for (const alert of JSON.parse(text)) {
    const { labels, startsAt, endsAt } = alert;
    const isTime = (time) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(time);
    const isGood = labels?.alertname && isTime(startsAt) && isTime(endsAt) && startsAt <= endsAt;
    if (!isGood) malformed.push(alert);
    alerts.push({ ...labels, isFiring: Date.parse(endsAt) > Date.now() });
  }
  response.end();
});
await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));

const config = join(dir, 'culprit.watch.json');
const folder = join(dir, 'watch');
writeFileSync(
  config,
  JSON.stringify({
    targets: Object.keys(PROGRAMS),
    interval: '1s',
    folder,
    quota: '50MB',
    light: { every: '40s', duration: '15s' },
    webhooks: [{ url: `http://127.0.0.1:${receiver.address().port}/api/v2/alerts` }],
    rules: [
      { name: 'memory', warn: '60%', critical: '95%', for: '5s', limits: { count: 1000 } },
      // A machine that runs a soak beside other things is no place for these.
      { name: 'loop', off: true },
      { name: 'cpu-waiting', off: true },
    ],
  }),
);
const startWatch = () =>
  spawn(process.execPath, [CLI, 'watch', '--config', config, '--json'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    cwd: dir,
  });

async function cleanWithin(millis) {
  const until = Date.now() + millis;
  while (Date.now() < until) {
    if ([...running.values()].every(({ pid }) => extraPorts(pid) <= 0)) return true;
    await delay(250);
  }
  return false;
}

const memory = [];
let cpuTicks = 0;
async function sample(watcher) {
  while (watcher.exitCode === null && watcher.signalCode === null) {
    const anon = statusBytes(watcher.pid, 'RssAnon');
    if (anon > 0) memory.push({ at: Date.now(), anon, rss: statusBytes(watcher.pid, 'VmRSS') });
    try {
      const fields = readFileSync(`/proc/${watcher.pid}/stat`, 'utf8').split(') ')[1].split(' ');
      cpuTicks = Number(fields[11]) + Number(fields[12]);
    } catch {}
    await delay(2_000);
  }
}

const checks = [];
const check = (what, isGood, detail) => checks.push({ what, isGood, detail });

const supervisors = Object.keys(PROGRAMS).map(supervise);
await delay(1_000);
let unclean = 0;
let unreadable = 0;
for (let kill = 0; kill < Number(values.kills); kill++) {
  const watcher = startWatch();
  // Some kills meet a look, some do not.
  await delay(15_000 + Math.random() * 40_000);
  watcher.kill('SIGKILL');
  if (!(await cleanWithin(LEASE_MILLIS))) unclean += 1;
  try {
    JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'));
  } catch {
    unreadable += 1;
  }
}
check(
  `kill -9 of the watcher, ${values.kills} times: targets clean within the lease`,
  unclean === 0,
  `${unclean} not`,
);
check('the state on disk is whole after each', unreadable === 0, `${unreadable} not`);

const startedAt = Date.now();
const watcher = startWatch();
const sampling = sample(watcher);
await delay(MILLIS);
watcher.kill('SIGINT');
await sampling;
check('targets are clean at the end', await cleanWithin(LEASE_MILLIS), '');
isOver = true;
for (const child of running.values()) child.kill('SIGKILL');
await Promise.all(supervisors);
receiver.close();
await group?.stop();

const log = readDecisions(folder);
/** A starved machine may leave it at the growth, without the name of what grows. */
const namesLeak = (evidence) => {
  try {
    const { findings } = JSON.parse(readFileSync(join(evidence, 'report.json'), 'utf8'));
    return findings.some(({ kind, severity }) => kind === 'heap-leak' && severity !== 'notice');
  } catch {
    return false;
  }
};
const evidenceAt = log
  .filter(
    ({ what, outcome, target }) => what === 'diagnose' && outcome === 'done' && target === 'leaking.cjs',
  )
  .map(({ at, evidence }) => ({ at: Date.parse(at), namesIt: namesLeak(evidence) }));
const leakEnds = ends['leaking.cjs'].filter((at) => at > startedAt);
let before = startedAt;
let caught = 0;
for (const end of leakEnds) {
  if (evidenceAt.some(({ at, namesIt }) => namesIt && at > before && at < end)) caught += 1;
  before = end;
}
check(
  'the leak was caught with evidence before each of its ends',
  leakEnds.length > 0 && caught === leakEnds.length,
  `${caught} of ${leakEnds.length}`,
);
const wolf = alerts.filter(({ target }) => target === 'healthy.cjs');
check('no alert about the healthy server', wolf.length === 0, JSON.stringify(wolf.slice(0, 2)));
const rulesOfRestarting = new Set(
  alerts.filter(({ target }) => target === 'restarting.cjs').map(({ rule }) => rule),
);
check(
  'of the one that restarts, alerts about restarts only',
  [...rulesOfRestarting].every((rule) => rule === 'restarts'),
  [...rulesOfRestarting].join(),
);
check('all alerts are well-formed', malformed.length === 0 && alerts.length > 0, `${alerts.length} alerts`);
// The first minute fills caches.
const settled = memory.filter(({ at }) => at > startedAt + 60_000);
const third = Math.max(1, Math.floor(settled.length / 3));
const mean = (list) => list.reduce((sum, { anon }) => sum + anon, 0) / Math.max(1, list.length) / MB;
const [early, late] = [mean(settled.slice(0, third)), mean(settled.slice(-third))];
check(
  'the watcher does not grow',
  late - early < 3,
  `${early.toFixed(1)} MB -> ${late.toFixed(1)} MB of its own`,
);
const rss = Math.max(...memory.map((each) => each.rss)) / MB;
check(
  'its memory, without the pages of the node program that all share',
  Math.max(...memory.map(({ anon }) => anon)) / MB < 60,
  `resident ${rss.toFixed(0)} MB at most`,
);
const share = cpuTicks / 100 / ((Date.now() - startedAt) / 1_000);
check('its CPU', share < 0.01, `${(share * 100).toFixed(2)}% of a core, at an interval of 1 s`);

const table = new Table({ head: ['check', '', ''] });
for (const { what, isGood, detail } of checks) table.push([what, isGood ? 'yes' : 'NO', detail]);
console.log(table.toString());
console.log(`${log.length} decisions, evidence in ${folder}`);
process.exit(checks.every(({ isGood }) => isGood) ? 0 : 1);
