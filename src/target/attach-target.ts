// From the one process or inspector that was meant to an attachment, and to its pid here where it is here.
import { type Attachment, attachByAddress, attachByPid, attachByUrl } from './attach.ts';
import type { ResolvedTarget } from './find.ts';
import { isNotHere } from './table/process-table.ts';
import { processTable } from './table/system-table.ts';

/** Attaches to whatever was meant. Throws AttachError. */
export function attachTarget(target: ResolvedTarget, isWatched = true): Promise<Attachment> {
  switch (target.kind) {
    case 'process':
      return attachByPid(target.pid, isWatched);
    case 'inspector':
      return attachByAddress(target.host, target.port);
    case 'web-socket':
      return attachByUrl(target.url);
  }
}

/** Null where nothing is told of it from outside: by the system, or because it is on another machine or in a pid namespace of its own. */
export function localPidOf(target: ResolvedTarget, attachment: Attachment): number | null {
  const table = processTable();
  if (isNotHere(table.procFolder)) return null;
  if (target.kind === 'process') return target.pid;
  const { pid } = attachment.identity;
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(attachment.endpoint.host.replace(/[[\]]/g, ''));
  const stat = isLocal ? table.stat(pid) : undefined;
  if (!stat) return null;
  // A forwarded port may lead to a process elsewhere that happens to have the same pid: their ages would differ.
  const age = table.ageSeconds(stat.startTicks);
  return age !== undefined && Math.abs(age - attachment.identity.uptimeSeconds) < 5 ? pid : null;
}
