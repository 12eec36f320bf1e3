// Running a script that does its work and ends, with script-probe.ts inside, and reading what that saw.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunMode } from '../capture/run-capture.ts';
import { WorkloadError } from '../errors.ts';
import { startLeashed } from './leashed.ts';

export interface ScriptRun {
  usage: {
    pid: number;
    code: number;
    nodeVersion: string;
    argv: string[];
    cwd: string;
    millis: number;
    cpuMicros: number;
    heapUsedBytes: number;
    rssBytes: number;
  };
  profile?: object;
  allocations?: object;
}

export interface ScriptSpec {
  side: string;
  command: string;
  cwd: string;
  mode: RunMode;
  /** A folder that may be written to and is removed again. */
  scratch: string;
  longestMillis: number;
}

/** Of the Node processes that the command runs, the one that worked most. Throws WorkloadError. */
export async function runScript(spec: ScriptSpec, signal: AbortSignal): Promise<ScriptRun> {
  mkdirSync(spec.scratch, { recursive: true });
  // Beside us in dist/, where this file is part of one bundle.
  const probe = fileURLToPath(new URL('./script-probe.cjs', import.meta.url));
  const env = {
    ...process.env,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require ${JSON.stringify(probe)}`.trim(),
    CULPRIT_SCRIPT_OUT: spec.scratch,
    CULPRIT_SCRIPT_MODE: spec.mode,
  };
  const running = startLeashed(spec.command, { cwd: spec.cwd, env });
  const abort = () => void running.end();
  signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(abort, spec.longestMillis);
  const code = await running.ended;
  clearTimeout(timer);
  signal.removeEventListener('abort', abort);
  if (signal.aborted) throw new WorkloadError('Interrupted.');
  if (code !== 0)
    throw new WorkloadError(
      `${spec.side} failed: \`${spec.command}\` ended with exit code ${code}. Its last lines:\n${running.tail().trim().split('\n').slice(-12).join('\n')}`,
      'Without --load the command has to do its work and end; with --load it is a server.',
    );
  const [most] = readRuns(spec.scratch).sort((a, b) => b.usage.cpuMicros - a.usage.cpuMicros);
  rmSync(spec.scratch, { recursive: true, force: true });
  if (!most)
    throw new WorkloadError(
      `${spec.side} ran no Node.js program: \`${spec.command}\`.`,
      'If it resets NODE_OPTIONS, give the node command itself.',
    );
  return most;
}

function readRuns(folder: string): ScriptRun[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ScriptRun);
}
