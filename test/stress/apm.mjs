// culprit beside an APM agent in the same server: both must keep working. An express shop runs under OpenTelemetry's
// auto-instrumentation and under dd-trace, healthy and with a planted leak of sockets, and is diagnosed under load.
//
//   npm run test:apm -- [--agents opentelemetry,dd-trace] [--duration 20] [--node PATH]
//
// What must hold: spans per request before, while and after are the same; the shop's AsyncLocalStorage is right in
// every answer; the shop says nothing it did not say before; nothing of culprit stays; the report is valid, silent for
// the healthy shop, and names the shop's own line for the leak. Exits with 1 otherwise. Takes about three minutes.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { AGENTS, installAgents } from './apm/agents.mjs';
import { runLoad } from './apm/load.mjs';
import { startShop } from './apm/shop.mjs';
import { startCarrier, startCollector } from './apm/stubs.mjs';

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: Object.keys(AGENTS).join(',') },
    duration: { type: 'string', default: '20' },
    node: { type: 'string', default: process.execPath },
  },
});
const CLI = fileURLToPath(new URL('../../bin/culprit.js', import.meta.url));
const SCHEMA = new URL('../../schema/report-v2.schema.json', import.meta.url);
const LEAK_LINE = 2 + lineOf(new URL('apm/app.cjs', import.meta.url), 'The leak is of');
/** The statement goes on to where the error is made. */
const LEAK_LINES = 5;
const PHASE_SECONDS = 5;
const isValidReport = new Ajv2020().compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));

installAgents();
let failures = 0;
for (const name of values.agents.split(',')) {
  for (const isLeaky of [false, true]) {
    const wrong = await check(AGENTS[name], isLeaky);
    failures += wrong.length;
    console.log(`${name}, ${isLeaky ? 'leaky' : 'healthy'}: ${wrong.join('\n  ') || 'right'}`);
  }
}
process.exitCode = failures > 0 ? 1 : 0;

/** Resolves with what was wrong, one line each. */
async function check(agent, isLeaky) {
  const running = [];
  const started = (each) => {
    running.unshift(each);
    return each;
  };
  try {
    const collector = started(await startCollector(agent));
    const carrier = started(await startCarrier());
    const ports = { collectorPort: collector.port, carrierPort: carrier.port };
    const shop = started(await startShop({ agent, ...ports, isLeaky, node: values.node }));
    const phase = (start) => measurePhase(shop, collector, start);
    await phase(seconds(PHASE_SECONDS));
    const before = await shop.state();
    const phases = [await phase(seconds(PHASE_SECONDS))];
    let culprit;
    const watch = () => {
      culprit = startCulprit(shop.pid);
      return culprit.hasEnded;
    };
    phases.push(await phase(watch), await phase(seconds(PHASE_SECONDS)));
    return [
      ...judgePhases(phases),
      ...judgeReport(await culprit.ended, isLeaky),
      ...judgeState(before, await shop.state()),
      ...shop.complaints().map((line) => `the shop said: ${line}`),
      ...collector.problems,
    ];
  } catch (error) {
    return [`the test broke: ${error.stack}`];
  } finally {
    for (const each of running) await (each.end ?? each.close)();
  }
}

/** `start` begins what the phase is about, once the agent is quiet, and says when that is over. */
async function measurePhase(shop, collector, start) {
  const before = await collector.settled();
  const { sent, problems } = await runLoad(shop.port, start());
  const spans = [...(await collector.settled())]
    .map(([name, count]) => [name, count - (before.get(name) ?? 0)])
    .filter(([, count]) => count > 0);
  return { sent, spans: new Map(spans), problems };
}

function seconds(count) {
  return () => {
    const deadline = performance.now() + count * 1_000;
    return () => performance.now() > deadline;
  };
}

function startCulprit(pid) {
  const args = [CLI, 'diagnose', String(pid), '--duration', `${values.duration}s`, '--json', '-'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let hasEnded = false;
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (chunk) => {
      said[stream] += chunk;
    });
  }
  const ended = new Promise((resolve) =>
    child.once('close', (code) => {
      hasEnded = true;
      resolve({ code, ...said });
    }),
  );
  return { ended, hasEnded: () => hasEnded };
}

function judgePhases(phases) {
  const perRequest = phases.map(
    ({ sent, spans }) => new Map([...spans].map(([name, n]) => [name, n / sent])),
  );
  const [first, ...others] = perRequest;
  const text = (spans) => [...spans].map(([name, n]) => `${name} ${n.toFixed(3)}`).join(', ');
  console.log(`  ${phases.map(({ sent }) => sent).join(', ')} requests; spans of each: ${text(first)}`);
  const differing = others.filter(
    (spans) => spans.size !== first.size || [...spans].some(([name, n]) => n !== first.get(name)),
  );
  return [
    ...(first.size === 0 ? ['the agent saw nothing'] : []),
    ...differing.map((spans) => `spans differ: ${text(spans)}`),
    ...phases.flatMap(({ problems }) => problems.slice(0, 3)),
  ];
}

function judgeReport({ code, stdout, stderr }, isLeaky) {
  let report;
  try {
    report = JSON.parse(stdout);
  } catch {
    return [`no report, exit code ${code}: ${stderr}`];
  }
  if (!isValidReport(report)) return [`the report is not valid: ${JSON.stringify(isValidReport.errors)}`];
  const [first] = report.findings;
  const said = first ? `${first.kind}: ${first.title}` : 'nothing';
  console.log(`  culprit said ${said}`);
  if (!isLeaky) return first ? [`a false alarm: ${said}`] : [];
  const place = first?.subject;
  if (first?.kind !== 'socket-leak') return [`not a leak of sockets: ${said}`];
  const isOurs =
    place.file?.endsWith('apm/app.cjs') && place.line >= LEAK_LINE && place.line < LEAK_LINE + LEAK_LINES;
  return isOurs ? [] : [`the leak is at line ${LEAK_LINE} of app.cjs, not ${JSON.stringify(first.subject)}`];
}

function judgeState(before, now) {
  return Object.keys(before)
    .filter((key) => before[key] !== now[key])
    .map((key) => `left behind: ${key} was ${before[key]}, is ${now[key]}`);
}

function lineOf(file, text) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
}
