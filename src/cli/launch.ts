// Launches the target: starts the command, finds the Node process in it, and ends it when the capture is done.

import { type ChildProcess, spawn } from 'node:child_process';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AttachError, UsageError } from '../errors.ts';
import { checkAttachable } from '../target/attachability.ts';
import type { ProcessTable } from '../target/table/process-table.ts';
import { processTable } from '../target/table/system-table.ts';

export interface Launched {
  pid: number;
  /** Rejects with AttachError, and says how it went, when it ends before we end it. */
  ended: Promise<never>;
  /** Ends what was launched: SIGTERM, then SIGKILL. */
  end(): Promise<void>;
}

const START_MILLIS = 15_000;
const WRAPPERS = new Set(['npm', 'npx', 'yarn', 'pnpm', 'sh', 'bash']);

/** Its output goes to our standard error: standard output is for the report. */
export async function launch(command: readonly string[]): Promise<Launched> {
  const [program, ...args] = command;
  if (!program)
    throw new UsageError(
      'There is no command after "--".',
      'For example: culprit diagnose -- node server.js',
    );
  // A port of its own, so that an inspector of another process does not stand in the way.
  const env = { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --inspect-port=0`.trim() };
  const child = spawn(program, args, { stdio: ['inherit', 2, 2], env });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) =>
      reject(
        new UsageError(`${program} could not be started: ${error.message}`, 'Check the command after "--".'),
      ),
    );
    child.once('exit', (code, signal) =>
      reject(
        new AttachError(
          `${program} ended (${signal ?? `exit code ${code}`}) before culprit could attach to it.`,
          'Check that it runs by itself.',
        ),
      ),
    );
  });
  failed.catch(() => {});
  const isWrapper = WRAPPERS.has(basename(program));
  const end = () => endProcess(child);
  try {
    const pid = await Promise.race([failed, findNodeIn(child, isWrapper)]);
    return { pid, end, ended: failed };
  } catch (error) {
    await end();
    throw error;
  }
}

async function findNodeIn(child: ChildProcess, isWrapper: boolean): Promise<number> {
  const deadline = Date.now() + START_MILLIS;
  while (
    Date.now() < deadline &&
    child.exitCode === null &&
    child.signalCode === null &&
    child.pid !== undefined
  ) {
    const table = processTable();
    const pids = descendants(child.pid!, table);
    const candidates = isWrapper ? pids.slice(1) : pids;
    const found = candidates.findLast((pid) => checkAttachable(pid, { table }).ok);
    if (found !== undefined) return found;
    await delay(50);
  }
  // It ended before its time: whoever waits for `failed` hears why.
  if (Date.now() < deadline) return new Promise(() => {});
  throw new AttachError(
    `No Node.js process to attach to was found within ${START_MILLIS / 1_000} s.`,
    'Launch node itself: culprit diagnose -- node server.js',
  );
}

function descendants(pid: number, table: ProcessTable): number[] {
  return [pid, ...table.children(pid).flatMap((child) => descendants(child.pid, table))];
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(timer);
}
