// The table of Windows, by PowerShell, which is part of the system: some tenths of a second for each list.
import { type ListedProcess, type ListedSocket, type Lists, listedTable } from './listed-table.ts';
import type { NotHere, ProcessTable } from './process-table.ts';
import { type RunCommand, runCommand } from './run-command.ts';

const PROCESSES = `ConvertTo-Json -Compress -InputObject @(Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,Name,ExecutablePath,CommandLine,KernelModeTime,UserModeTime,WorkingSetSize,ThreadCount,@{n='Started';e={if($_.CreationDate){$_.CreationDate.ToUniversalTime().ToString('o')}}})`;
const SOCKETS = `ConvertTo-Json -Compress -InputObject @(Get-NetTCPConnection -State Listen,Established | Select-Object LocalAddress,LocalPort,OwningProcess,@{n='Is';e={"$($_.State)"}})`;

export function windowsTable(run: RunCommand = runCommand): ProcessTable {
  const ask = (script: string) =>
    run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script]);
  const lists: Lists = {
    system: 'Windows',
    processes: () => parseProcesses(ask(PROCESSES)),
    sockets: () => parseSockets(ask(SOCKETS)),
    startMillis: (startTicks) => startTicks,
    asksSafely: true,
    openInspector: openByMapping,
  };
  return listedTable(lists);
}

/**
 * Node.js leaves the address of the function that opens its inspector in a mapping that is named after its pid, and no other program
 * does: where there is none, this throws and nothing has happened.
 */
function openByMapping(pid: number): void {
  (process as unknown as { _debugProcess(pid: number): void })._debugProcess(pid);
}

const BY_MAPPING: NotHere = {
  notHere: 'Windows has no SIGUSR1: the process is asked through a mapping that only Node.js makes',
};

/** Counted in steps of 100 ns. */
const STEPS_PER_MICRO = 10;

export function parseProcesses(text: string): ListedProcess[] {
  return listOf(text).flatMap((row) => {
    const { ProcessId: pid, ParentProcessId: parentPid, Started: started } = row;
    // Processes of the system itself have no start.
    if (typeof pid !== 'number' || typeof parentPid !== 'number' || typeof started !== 'string') return [];
    const name = String(row.Name ?? '');
    const path = typeof row.ExecutablePath === 'string' ? row.ExecutablePath : undefined;
    return {
      pid,
      parentPid,
      state: 'S',
      startTicks: Date.parse(started),
      cpuMicros: (Number(row.KernelModeTime) + Number(row.UserModeTime)) / STEPS_PER_MICRO,
      rssBytes: Number(row.WorkingSetSize),
      threads: Number(row.ThreadCount),
      comm: name.replace(/\.exe$/i, ''),
      argv: splitCommandLine(typeof row.CommandLine === 'string' ? row.CommandLine : name),
      ...(path !== undefined && { path }),
      signal: BY_MAPPING,
    };
  });
}

export function parseSockets(text: string): ListedSocket[] {
  return listOf(text).flatMap((row) => {
    const { LocalAddress: address, LocalPort: port, OwningProcess: pid } = row;
    if (typeof address !== 'string' || typeof port !== 'number' || typeof pid !== 'number') return [];
    return {
      pid,
      address,
      port,
      state: row.Is === 'Listen' ? ('LISTEN' as const) : ('ESTABLISHED' as const),
    };
  });
}

function listOf(text: string): Record<string, unknown>[] {
  try {
    const list: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return Array.isArray(list) ? list.filter((row) => typeof row === 'object' && row !== null) : [];
  } catch {
    return [];
  }
}

/** Words in quotes may hold spaces. A backslash stands for itself, unless quotes follow it. */
export function splitCommandLine(line: string): string[] {
  const words = line.match(/(?:\\"|"(?:\\"|[^"])*"|[^\s"])+/g) ?? [];
  return words.map((word) => word.replace(/\\"|"/g, (quote) => (quote === '"' ? '' : '"')));
}
