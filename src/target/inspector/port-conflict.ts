// Whether the port that SIGUSR1 would open is taken: then the process prints an error and stays closed.
import type { Refusal } from '../attachability.ts';
import type { PortHolder } from '../proc/sockets.ts';
import type { ProcessTable } from '../table/process-table.ts';
import { processTable } from '../table/system-table.ts';
import { readNodeFlags, wantedInspectorPort } from './inspector-ports.ts';

export interface PortConflict {
  port: number;
  /** "process 42 (npm start)" */
  holder: string;
  /** Absent when it is another user's. */
  holderPid?: number;
}

/** Who holds a port, asked once for each: all descriptors of all processes are read for it. */
export type PortHolders = (port: number) => PortHolder | null;

export function portHolders(table: ProcessTable): PortHolders {
  const known = new Map<number, PortHolder | null>();
  return (port) => {
    const holder = known.get(port);
    if (holder !== undefined) return holder;
    const found = table.portHolder(port);
    known.set(port, found);
    return found;
  };
}

/** Null: the port is free, or any free one will do. */
export function findPortConflict(
  pid: number,
  table = processTable(),
  holderOf = portHolders(table),
): PortConflict | null {
  const port = wantedInspectorPort(readNodeFlags(pid, table));
  const holder = port === 0 ? null : holderOf(port);
  if (!holder || holder.pid === pid) return null;
  const who = holder.pid === undefined ? 'another process' : `process ${holder.pid} (${holder.command})`;
  return { port, holder: who, ...(holder.pid !== undefined && { holderPid: holder.pid }) };
}

export function sayPortCure(holder: string): string {
  return `Close the inspector of ${holder} and try again, or start the target with --inspect-port=0 so that it picks a free port.`;
}

/** The refusal that attaching would end with; null: nothing is in the way. */
export function checkPort(pid: number, table?: ProcessTable, holderOf?: PortHolders): Refusal | null {
  const conflict = findPortConflict(pid, table, holderOf);
  if (conflict === null) return null;
  const { port, holder } = conflict;
  const reason = `the port that its inspector would open, ${port}, is held by ${holder}`;
  return { ok: false, kind: 'port-taken', reason, cure: sayPortCure(holder) };
}
