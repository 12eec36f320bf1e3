// Why a process may not be captured now. A capture takes memory: of the watcher's machine, and a little of the process.
import { memoryRoom } from '../../capture/heap/memory-room.ts';
import { known, readText } from '../../target/proc/proc-file.ts';
import { MIB } from '../../units/bytes.ts';
import { memoryLimitWords } from '../../units/memory-limit.ts';
import { formatBytes } from '../../units/units.ts';

/** To attach, record and analyse; the analysis of a large recording takes more than half of it. */
const LOOK_BYTES = 256 * MIB;

/** Null: it may be looked into. */
export function refusalOf(pid: number): string | null {
  // In its container our memory is taken from the process.
  const isBeside = known(readText('/proc/self/cgroup')) === known(readText(`/proc/${pid}/cgroup`));
  const room = memoryRoom(isBeside ? pid : process.pid);
  if (room === undefined || room.bytes >= LOOK_BYTES) return null;
  return `a capture takes up to ${formatBytes(LOOK_BYTES)}, and ${formatBytes(room.bytes)} are left below ${memoryLimitWords(room.limit)}`;
}
