// From the one process or inspector that was meant to an attachment, and to its pid here where it is here.
import { existsSync } from 'node:fs';
import { type Attachment, attachByAddress, attachByPid, attachByUrl } from './attach.ts';
import type { ResolvedTarget } from './find.ts';
import { ageSeconds, readStat } from './proc/proc.ts';

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

/** /proc is only of use when the process is on this machine and in our pid namespace. */
export function localPidOf(target: ResolvedTarget, attachment: Attachment): number | null {
  if (target.kind === 'process') return target.pid;
  const { pid } = attachment.identity;
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(attachment.endpoint.host.replace(/[[\]]/g, ''));
  if (!isLocal || !existsSync(`/proc/${pid}/cmdline`)) return null;
  // A forwarded port may lead to a process elsewhere that happens to have the same pid: their ages would differ.
  const age = ageSeconds(readStat(pid)?.startTicks ?? 0);
  return age !== undefined && Math.abs(age - attachment.identity.uptimeSeconds) < 5 ? pid : null;
}
