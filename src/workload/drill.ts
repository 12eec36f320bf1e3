// A deliberate shutdown: SIGTERM to a copy of a process (or, on explicit request, to the process itself), and how long it
// takes.

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { AttachError } from '../errors.ts';
import type { DrillResult, Settings } from '../model/settings/settings.ts';
import { readCmdline, readCwd, readExe, readStat } from '../target/proc/proc.ts';
import { known, readText } from '../target/proc/proc-file.ts';
import { listeningPorts } from '../target/proc/sockets.ts';
import { freePort } from './free-port.ts';

const START_MILLIS = 15_000;
const POLL_MILLIS = 25;
/** Beyond the grace period, to tell "longer" from "just longer". */
const EXTRA_MILLIS = 2_000;

/**
 * Ends whatever it started. Throws AttachError when no copy can be started safely: its command, folder or environment
 * cannot be read, or it does not listen where PORT says.
 */
export async function runDrill(
  settings: Settings,
  localPid: number | null,
  onTarget: boolean,
  graceSeconds: number,
): Promise<DrillResult> {
  const waitMillis = graceSeconds * 1_000 + EXTRA_MILLIS;
  if (localPid === null) throw refuse('it is not a process of this machine');
  if (onTarget) return drillTarget(localPid, waitMillis);
  return drillCopy(planCopy(settings, localPid), waitMillis);
}

function refuse(why: string): AttachError {
  return new AttachError(
    `No drill: ${why}.`,
    'Leave --drill out, or try it in a test environment; --drill=target stops the process itself.',
  );
}

interface Plan {
  exe: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

function planCopy({ inner }: Settings, pid: number): Plan {
  const [, ...args] = readCmdline(pid) ?? [];
  const exe = known(readExe(pid));
  const cwd = known(readCwd(pid));
  const environ = known(readText(`/proc/${pid}/environ`));
  if (exe === undefined || cwd === undefined || environ === undefined)
    throw refuse('a copy needs its program, folder and environment, which cannot be read');
  if (args.length === 0) throw refuse('its command line was overwritten by a title');
  if (known(readText(`/proc/${pid}/cgroup`)) !== known(readText('/proc/self/cgroup')))
    throw refuse('it runs in another container, and a copy started here would run outside it');
  const env = Object.fromEntries(
    environ.split('\0').flatMap((entry) => {
      const at = entry.indexOf('=');
      return at > 0 ? [[entry.slice(0, at), entry.slice(at + 1)]] : [];
    }),
  );
  const ports = inner.servers.flatMap(({ port }) => port ?? []);
  if (ports.length > 0 && !ports.includes(Number(env.PORT)))
    throw refuse('it does not listen on the port that PORT names, so a copy could not listen on its port');
  return { exe, args, cwd, env };
}

async function drillCopy({ exe, args, cwd, env }: Plan, waitMillis: number): Promise<DrillResult> {
  const port = await freePort();
  const child = spawn(exe, args, { cwd, env: { ...env, PORT: String(port) }, stdio: 'ignore' });
  // Whatever becomes of us, the copy must not stay.
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);
  try {
    await untilListening(child, port);
    return { of: 'copy', waitedMillis: waitMillis, ...(await timeShutdown(child.pid!, waitMillis)) };
  } finally {
    process.off('exit', end);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + START_MILLIS;
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  while (performance.now() < deadline) {
    if (failure || child.exitCode !== null || child.signalCode !== null)
      throw refuse(
        `the copy ended before it served (${failure?.message ?? child.exitCode ?? child.signalCode})`,
      );
    if (listeningPorts(child.pid!).some((listening) => listening.port === port)) return;
    await delay(POLL_MILLIS);
  }
  throw refuse(`the copy did not listen on port ${port} in ${START_MILLIS / 1_000} s`);
}

function drillTarget(pid: number, waitMillis: number): Promise<DrillResult> {
  return timeShutdown(pid, waitMillis).then((took) => ({ of: 'target', waitedMillis: waitMillis, ...took }));
}

/** By start time, so that a pid that was given out again is not taken for it. */
async function timeShutdown(pid: number, waitMillis: number): Promise<{ tookMillis?: number }> {
  const startTicks = readStat(pid)?.startTicks;
  const from = performance.now();
  process.kill(pid, 'SIGTERM');
  while (performance.now() - from < waitMillis) {
    const stat = readStat(pid);
    if (!stat || stat.startTicks !== startTicks || stat.state === 'Z' || stat.state === 'X')
      return { tookMillis: Math.round(performance.now() - from) };
    await delay(POLL_MILLIS);
  }
  return {};
}
