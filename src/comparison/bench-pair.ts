// One pair of runs: both sides started, warmed up, loaded in turns (base, head, head, base), left to come to rest, ended.
// Because turns alternate, disturbances of the machine affect both sides.
import { join } from 'node:path';
import type { RunMode } from '../capture/run-capture.ts';
import { WorkloadError } from '../errors.ts';
import type { LoadReport } from '../model/comparison/load.ts';
import type { Run } from '../model/comparison/run.ts';
import { readRecording } from '../recording/reader.ts';
import { freePort } from '../workload/free-port.ts';
import { runLoad } from '../workload/load-command.ts';
import { type RunningServer, startServer } from '../workload/server.ts';
import { runOf } from './compare.ts';
import { type RunRecording, recordRun } from './record-run.ts';

export type SideName = 'base' | 'head';
export const SIDE_NAMES = ['base', 'head'] as const;

export interface PairSpec {
  dirs: Record<SideName, string>;
  run: string;
  /** Absent: `run` is a script that does its work and ends. */
  load?: string;
  /** The server takes one port, whatever it is offered: two of them cannot run at once. Found out with the first pair. */
  isPortFixed?: boolean;
  /** Where the load command runs. */
  loadDir: string;
  ready?: string;
  startMillis: number;
  longestLoadMillis: number;
  /** Runs of the load command before anything is measured; absent: until they cost no less any more. */
  warmups?: number;
  /** Measured runs of the load command for each side. */
  turns: number;
  /** Recordings go below it. */
  out: string;
}

interface ModeSpec extends PairSpec {
  mode: RunMode;
}

export interface PairOfRuns {
  base: Run;
  head: Run;
}

interface Side {
  name: SideName;
  server: RunningServer;
  recording: RunRecording;
  folder: string;
}

/** Throws WorkloadError; whatever it started has ended then. */
export async function measurePair(
  pair: number,
  mode: RunMode,
  given: PairSpec,
  signal: AbortSignal,
): Promise<PairOfRuns> {
  const spec = { ...given, mode };
  const order: SideName[] = pair % 2 === 0 ? ['base', 'head'] : ['head', 'base'];
  const ports = { base: await freePort(), head: await freePort() };
  const servers: Partial<Record<SideName, RunningServer>> = {};
  const endAll = () => Promise.all(Object.values(servers).map((server) => server.end()));
  try {
    const start = async (name: SideName) => {
      servers[name] = await startServer(serverSpec(name, ports[name], spec), signal);
    };
    await start(order[0]!);
    const isOwnPort = servers[order[0]!]!.port === ports[order[0]!];
    given.isPortFixed = !isOwnPort;
    if (!isOwnPort) return await oneAfterTheOther(pair, order, { spec, signal, servers, start });
    await start(order[1]!);
    const sides = order.map((name) => ({ name, server: servers[name]! }));
    await measure(pair, sides, spec, signal);
  } finally {
    await endAll();
  }
  return readPair(pair, spec);
}

interface Started {
  spec: ModeSpec;
  signal: AbortSignal;
  servers: Partial<Record<SideName, RunningServer>>;
  start(name: SideName): Promise<void>;
}

/** A server that always takes the same port leaves no room for the other side. */
async function oneAfterTheOther(
  pair: number,
  order: SideName[],
  { spec, signal, servers, start }: Started,
): Promise<PairOfRuns> {
  for (const name of order) {
    if (!servers[name]) await start(name);
    await measure(pair, [{ name, server: servers[name]! }], spec, signal);
    await servers[name]!.end();
  }
  return readPair(pair, spec);
}

/** One side by itself, on a port of its own where it takes one. */
export async function startSide(name: SideName, spec: PairSpec, signal: AbortSignal): Promise<RunningServer> {
  return startServer(serverSpec(name, await freePort(), spec), signal);
}

function serverSpec(name: SideName, port: number, spec: PairSpec) {
  return {
    side: name,
    command: spec.run,
    cwd: spec.dirs[name],
    port,
    ready: spec.ready,
    startMillis: spec.startMillis,
  };
}

/** Warms up, attaches, loads in turns. The recordings are on disk when it resolves. */
async function measure(
  pair: number,
  started: { name: SideName; server: RunningServer }[],
  spec: ModeSpec,
  signal: AbortSignal,
): Promise<void> {
  const load = (side: { name: SideName; server: RunningServer }) => loadOnce(side, spec, signal);
  const sides: Side[] = [];
  try {
    for (const { name, server } of started) {
      const folder = folderOf(spec, pair, name);
      sides.push({ name, server, folder, recording: await recordRun(server.pid, folder, spec.mode) });
    }
    if (spec.mode === 'whole') {
      // What is loaded and made once is no leak.
      for (const side of sides) await load(side);
      for (const { recording } of sides) await recording.noteFloor();
    }
    await warmUp(sides, load, spec.warmups);
    for (const { recording } of sides) await recording.begin();
    for (let turn = 0; turn < spec.turns; turn++) {
      for (const side of turn % 2 === 0 ? sides : sides.toReversed())
        await side.recording.turn(() => load(side));
    }
    await Promise.all(sides.map(({ recording }) => recording.end()));
  } catch (error) {
    await Promise.all(sides.map(({ recording }) => recording.discard().catch(() => {})));
    throw error;
  }
}

const MOST_WARMUPS = 3;
/** V8 goes on optimising for seconds: while a run costs less than this part of the one before, it is not done. */
const STILL_WARMING = 0.95;

async function warmUp(
  sides: readonly Side[],
  load: (side: Side) => Promise<LoadReport | undefined>,
  warmups: number | undefined,
): Promise<void> {
  const last = new Map<SideName, number>();
  for (let i = 0; i < (warmups ?? MOST_WARMUPS); i++) {
    let isWarm = i > 0;
    for (const side of sides) {
      const { cpuMicros = 0, millis, requests } = await side.recording.warmUp(() => load(side));
      const cost = cpuMicros / (requests?.answered || millis);
      if (cost < STILL_WARMING * (last.get(side.name) ?? 0)) isWarm = false;
      last.set(side.name, cost);
    }
    if (isWarm && warmups === undefined) return;
  }
}

async function loadOnce(
  { name, server }: { name: SideName; server: RunningServer },
  spec: ModeSpec,
  signal: AbortSignal,
) {
  const { load: command, loadDir: cwd, longestLoadMillis: longestMillis } = spec;
  try {
    return await runLoad({ command: command!, cwd, port: server.port, side: name, longestMillis }, signal);
  } catch (error) {
    if (!server.hasEnded()) throw error;
    throw new WorkloadError(
      `${name} ended while it was under load. Its last lines:\n${server.tail().trim().split('\n').slice(-12).join('\n')}`,
      'A commit that crashes under load cannot be compared: see why it ends.',
    );
  }
}

/** Of the recording of one run. */
export function folderOf({ out }: PairSpec, pair: number, name: SideName): string {
  return join(out, `${String(pair).padStart(3, '0')}-${name}`);
}

async function readPair(pair: number, spec: ModeSpec): Promise<PairOfRuns> {
  const [base, head] = await Promise.all(SIDE_NAMES.map((name) => readRun(pair, name, spec)));
  return { base: base!, head: head! };
}

const LEAST_UTILIZATION = 0.02;

async function readRun(pair: number, name: SideName, spec: ModeSpec): Promise<Run> {
  const recording = await readRecording(folderOf(spec, pair, name));
  const run = runOf(recording, { label: `${name} ${pair + 1}`, pair });
  const busySeconds = ((run.metrics['cpu.total'] ?? 0) * (run.requests ?? run.seconds)) / 1e6;
  if (run.requests === null && busySeconds < LEAST_UTILIZATION * run.seconds) {
    throw new WorkloadError(
      `No load reached ${name}: it answered no HTTP request and was busy for ${Math.round(busySeconds * 1_000)} ms in ${Math.round(run.seconds)} s.`,
      'Check the port and path of the load command: {port} in it is replaced, and PORT is set.',
    );
  }
  return run;
}
