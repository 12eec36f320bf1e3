// Starting the server of one side and knowing when it serves: the Node process below the command that listens on a port.

import { setTimeout as delay } from 'node:timers/promises';
import { WorkloadError } from '../errors.ts';
import { checkAttachable } from '../target/attachability.ts';
import { isNodeProcess } from '../target/program/node-binary.ts';
import type { ProcessTable } from '../target/table/process-table.ts';
import { processTable } from '../target/table/system-table.ts';
import { type Leashed, startLeashed } from './leashed.ts';

export interface ServerSpec {
  /** "base", "head": for messages. */
  side: string;
  command: string;
  cwd: string;
  /** Offered as PORT, and in place of {port} in the command. */
  port: number;
  /** Text in its output that says it serves; absent: it listens on a port. */
  ready?: string;
  startMillis: number;
}

export interface RunningServer {
  pid: number;
  /** The one it listens on, whatever it was offered; null when it listens on none. */
  port: number | null;
  hasEnded(): boolean;
  tail(): string;
  end(): Promise<void>;
}

/** Throws WorkloadError, with the end of its output, when it ends or does not serve in time. */
export async function startServer(spec: ServerSpec, signal: AbortSignal): Promise<RunningServer> {
  const leashed = startLeashed(withPort(spec.command, spec.port), {
    cwd: spec.cwd,
    env: workloadEnv(spec.port),
  });
  try {
    const { pid, port } = await untilServing(leashed, spec, signal);
    return { pid, port, hasEnded: leashed.hasEnded, tail: leashed.tail, end: leashed.end };
  } catch (error) {
    await leashed.end();
    throw error;
  }
}

/** `--inspect-port=0`: the inspectors of two sides do not meet on one port. */
export function workloadEnv(port: number | null): NodeJS.ProcessEnv {
  const options = `${process.env.NODE_OPTIONS ?? ''} --inspect-port=0`.trim();
  return { ...process.env, NODE_OPTIONS: options, ...(port === null ? {} : { PORT: String(port) }) };
}

export function withPort(command: string, port: number | null): string {
  return port === null ? command : command.replaceAll('{port}', String(port));
}

const LOOK_MILLIS = 60;

async function untilServing(
  leashed: Leashed,
  spec: ServerSpec,
  signal: AbortSignal,
): Promise<{ pid: number; port: number | null }> {
  for (const end = performance.now() + spec.startMillis; performance.now() < end; ) {
    if (signal.aborted) throw new WorkloadError('Interrupted.');
    if (leashed.hasEnded()) {
      throw new WorkloadError(
        `${spec.side} did not start: \`${spec.command}\` ended with exit code ${await leashed.ended}.${quoted(leashed)}`,
        'Check that it runs by itself in a clean checkout; --setup runs a command first, such as "npm ci".',
      );
    }
    const found = findServing(leashed.pid, spec);
    if (found && (spec.ready === undefined || leashed.tail().includes(spec.ready))) return found;
    await delay(LOOK_MILLIS);
  }
  throw new WorkloadError(
    `${spec.side} did not ${spec.ready === undefined ? 'listen on a port' : `print "${spec.ready}"`} within ${spec.startMillis / 1_000} s.${quoted(leashed)}`,
    'Give it more time with --start-timeout, or pass to --ready the text that it prints when it is ready.',
  );
}

/** The end of what it printed is mostly the reason. */
function quoted(leashed: Leashed): string {
  const lines = leashed.tail().trim().split('\n').slice(-12);
  return lines[0] === ''
    ? ' It printed nothing.'
    : ` Its last lines:\n${lines.map((line) => `    ${line.slice(0, 300)}`).join('\n')}`;
}

function findServing(leash: number, spec: ServerSpec): { pid: number; port: number | null } | null {
  const table = processTable();
  const nodes = descendants(leash, table).filter(
    (pid) => isNodeProcess(pid, table) && checkAttachable(pid, { table }).ok,
  );
  for (const pid of nodes) {
    const ports = table.listeningPorts(pid).map(({ port }) => port);
    if (ports.includes(spec.port)) return { pid, port: spec.port };
    const [port] = ports;
    if (port !== undefined) return { pid, port };
  }
  const last = nodes.at(-1);
  return last !== undefined && spec.ready !== undefined ? { pid: last, port: null } : null;
}

function descendants(pid: number, table: ProcessTable): number[] {
  return table.children(pid).flatMap((child) => [child.pid, ...descendants(child.pid, table)]);
}
