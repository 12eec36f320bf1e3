// `culprit ps`: the processes here that run JavaScript, as the families that they are.
import { EXIT, type ExitCode } from '../../../exit-codes.ts';
import { escapeControls } from '../../../report/escape.ts';
import { plainTable } from '../../../report/text/plain-table.ts';
import { appPorts } from '../../../target/family/family.ts';
import { nothingVisible } from '../../../target/find.ts';
import { listNodeProcesses, type NodeProcess } from '../../../target/processes.ts';
import { isNotHere, type ProcessTable } from '../../../target/table/process-table.ts';
import { processTable } from '../../../target/table/system-table.ts';
import { formatBytes, formatDuration } from '../../../units/units.ts';
import { type Growth, type LastSeen, openLastSeen } from './last-seen.ts';
import { psTree, type TreeRow } from './ps-tree.ts';

export interface PsOptions {
  json?: boolean;
}

export async function ps({ json }: PsOptions): Promise<ExitCode> {
  const table = processTable();
  const pids = table.pids();
  if (isNotHere(pids)) throw nothingVisible(pids);
  // Some end while they are listed.
  const processes = (await listNodeProcesses({ table })).filter(
    ({ attachable }) => attachable.ok || attachable.kind !== 'no-such-process',
  );
  const lastSeen = openLastSeen();
  if (json) {
    const shown = processes.map((entry) => {
      const { argv: _argv, startTicks: _ticks, ...rest } = entry;
      const growth = lastSeen.growthOf(entry);
      return growth ? { ...rest, rssGrowth: growth } : rest;
    });
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  } else process.stdout.write(`${textOf(processes, lastSeen, table).join('\n')}\n`);
  lastSeen.remember(processes);
  return EXIT.done;
}

function textOf(processes: readonly NodeProcess[], lastSeen: LastSeen, table: ProcessTable): string[] {
  const zombies = sayZombies(processes, table);
  // A zombie takes no memory, and nothing of it can be looked at: it is counted.
  const alive = processes.filter(({ state }) => state !== 'Z');
  if (alive.length === 0)
    return ['No Node.js process that you are allowed to see is running here.', ...zombies];
  return [...tableOf(alive, lastSeen), ...sayRefusals(alive), ...zombies];
}

const LEAST_COMMAND = 30;
const WIDTH_WITHOUT_TERMINAL = 140;

function tableOf(alive: readonly NodeProcess[], lastSeen: LastSeen): string[] {
  const growths = new Map(alive.map((entry) => [entry.pid, lastSeen.growthOf(entry)]));
  const head = ['PID', 'NODE', 'AGE', 'RSS', growthHead([...growths.values()]), 'PORTS', 'ROLE', 'APP'];
  const tail = ['INSPECTOR', 'ATTACH', 'COMMAND'];
  const rowsOf = (commandWidth: number) =>
    psTree(alive, commandWidth).map((row) => [
      ...describe(row.entry, growths.get(row.entry.pid)),
      ...attachCells(row),
      row.command,
    ]);
  const columns = process.stdout.columns ?? WIDTH_WITHOUT_TERMINAL;
  const widest = (lines: string[]) => Math.max(...lines.map((line) => line.length));
  // Without its commands the table is as wide as it has to be.
  const bare = plainTable([...head, ...tail], rowsOf(0));
  const lines = rowsOf(Math.max(LEAST_COMMAND, columns - widest(bare) + 'COMMAND'.length));
  return plainTable([...head, ...tail], lines);
}

/** All were seen at one time, if at all. */
function growthHead(growths: readonly (Growth | undefined)[]): string {
  const known = growths.find((growth) => growth !== undefined);
  return known ? `RSS IN ${formatDuration(known.millis)}` : '';
}

function describe(entry: NodeProcess, growth: Growth | undefined): string[] {
  const { family } = entry;
  const role = family.role === 'program' ? '' : family.role;
  return [
    String(entry.pid),
    `${entry.runtime === 'Node.js' ? '' : `${entry.runtime} `}${entry.version ?? '?'}`,
    entry.ageSeconds === undefined ? '?' : formatDuration(entry.ageSeconds * 1_000),
    entry.rssBytes === undefined ? '?' : formatBytes(entry.rssBytes),
    growth === undefined ? '' : signed(growth.bytes),
    portsOf(entry),
    family.isOrphan ? `orphan ${role}` : role,
    escapeControls(family.app ?? '', MOST_NAME),
  ];
}

const signed = (bytes: number) =>
  bytes === 0 ? '0' : `${bytes < 0 ? '-' : '+'}${formatBytes(Math.abs(bytes))}`;

const MOST_NAME = 24;
const MOST_PORTS = 4;

/** Those of the family in parentheses: another member holds them. */
function portsOf({ family, ...entry }: NodeProcess): string {
  const own = appPorts(entry).map(String);
  const shared = (family.familyPorts ?? []).map((port) => `(${port})`);
  const all = [...own, ...shared];
  return all.length > MOST_PORTS ? `${all.slice(0, MOST_PORTS).join(' ')} …` : all.join(' ');
}

function attachCells({ entry: { inspector, attachable } }: TreeRow): string[] {
  return [
    inspector.state === 'open' ? `open :${inspector.port}` : inspector.state === 'closed' ? '' : '?',
    attachable.ok ? 'yes' : `no (${attachable.kind})`,
  ];
}

/** Each reason once, with all whom it concerns. */
function sayRefusals(alive: readonly NodeProcess[]): string[] {
  const pidsByReason = new Map<string, number[]>();
  for (const { pid, attachable } of alive) {
    if (attachable.ok) continue;
    const text = `${escapeControls(attachable.reason)}. ${escapeControls(attachable.cure)}`;
    pidsByReason.set(text, [...(pidsByReason.get(text) ?? []), pid]);
  }
  return [...pidsByReason].flatMap(([text, pids]) => [
    '',
    `culprit cannot attach to ${pids.join(', ')}: ${text}`,
  ]);
}

function sayZombies(processes: readonly NodeProcess[], table: ProcessTable): string[] {
  const counts = table.zombies(processes.map(({ pid }) => pid));
  const total = counts.reduce((sum, { zombies }) => sum + zombies, 0);
  if (total === 0) return [];
  const list = counts.map(({ pid, zombies }) => `${zombies} of process ${pid}`).join(', ');
  const noun = total === 1 ? '1 zombie' : `${total} zombies`;
  return ['', `${noun}: children that have ended and were not collected by their parent (${list}).`];
}
