// One round: a fresh server, warmed up, under one condition and one load, measured; then what is left of culprit.
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { OTHER_CORE, startOn } from './pinning.mjs';
import { cpuMillis, isProfiled, listeningPorts, openFds, residentBytes } from './proc.mjs';
import { startServer } from './server.mjs';

const LOAD = fileURLToPath(new URL('load.mjs', import.meta.url));
const WARM_UP_SECONDS = 4;
/** Culprit comes this long before its round is measured: attaching, its baseline, the start of its profilers. */
const ATTACH_SECONDS = 3;
export const REST_SECONDS = 10;
const AFTER_SECONDS = 5;
const RSS_EVERY_MILLIS = 200;
const LONGEST_CULPRIT_MILLIS = 120_000;

/** Requests a second that this server answers when left alone. */
export async function fullSpeed(name) {
  const server = await startServer(name);
  try {
    await load(server, WARM_UP_SECONDS, 0);
    return (await load(server, WARM_UP_SECONDS, 0)).perSecond;
  } finally {
    await server.end();
  }
}

/**
 * `rate` is requests a second, 0 for as many as it can do. With `looksAfter` the round goes on until culprit has ended
 * by itself and has been gone for a while, and measures the throughput then.
 */
export async function round(name, condition, { rate, seconds, looksAfter }) {
  const server = await startServer(name, condition.launch);
  let culprit = null;
  try {
    await load(server, WARM_UP_SECONDS, rate);
    const before = looksAfter ? await lookInside(server) : null;
    const busy = load(server, ATTACH_SECONDS, rate);
    if (condition.attach) culprit = startCulprit(condition.attach(server.pid), server.pid);
    await Promise.all([busy, culprit?.profiled]);
    const measured = await measure(server, seconds, rate);
    if (!looksAfter) return measured;
    await culprit?.ended;
    await delay(REST_SECONDS * 1_000);
    const left = differences(before, await lookInside(server));
    const after = await load(server, AFTER_SECONDS, rate);
    return { ...measured, perSecondAfter: after.perSecond, left };
  } finally {
    culprit?.kill();
    await culprit?.ended;
    await server.end();
  }
}

async function measure(server, seconds, rate) {
  let peakRssBytes = 0;
  const watch = setInterval(() => {
    peakRssBytes = Math.max(peakRssBytes, residentBytes(server.pid));
  }, RSS_EVERY_MILLIS);
  const cpuBefore = cpuMillis(server.pid);
  const result = await load(server, seconds, rate);
  clearInterval(watch);
  const cpu = cpuMillis(server.pid) - cpuBefore;
  return { ...result, cpuMicros: (cpu * 1_000) / result.requests, peakRssBytes };
}

async function load({ port }, seconds, rate) {
  const args = [LOAD, String(port), String(seconds), String(rate)];
  const child = startOn(OTHER_CORE, args, { isFirst: true });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(out);
}

function startCulprit(args, targetPid) {
  const child = startOn(OTHER_CORE, args);
  child.stdout.resume();
  const ended = new Promise((resolve) => child.once('close', resolve));
  const tooLong = setTimeout(() => child.kill('SIGKILL'), LONGEST_CULPRIT_MILLIS);
  void ended.then(() => clearTimeout(tooLong));
  return { ended, profiled: untilProfiled(targetPid), kill: () => child.kill('SIGINT') };
}

async function untilProfiled(pid) {
  for (let tries = 0; tries < 400; tries++) {
    if (isProfiled(pid)) return;
    await delay(50);
  }
  throw new Error('culprit did not start to profile');
}

async function lookInside(server) {
  const { asyncIdInThen, hooks } = await server.state();
  await delay(200);
  return {
    hooks: JSON.stringify(hooks),
    'promise hook': asyncIdInThen !== 0,
    'CPU profiler': isProfiled(server.pid),
    // The load's own connections come and go.
    fds: openFds(server.pid).filter((fd) => !fd.startsWith('socket:')).length,
    'listening ports': listeningPorts(server.pid).length,
  };
}

function differences(before, after) {
  return Object.keys(before)
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key}: ${before[key]} -> ${after[key]}`);
}
