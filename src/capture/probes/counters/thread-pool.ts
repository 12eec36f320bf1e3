// libuv's thread pool, which files, lookups, crypto and compression share. How long a trivial operation waits for a thread,
// and who keeps the threads busy.
import type { ProbeCore } from '../core.ts';
import type { ProbeThreadPool } from '../probe-protocol.ts';
import { createPoolUsers } from './pool-users.ts';

export interface ThreadPool {
  /** Sends one trivial operation through the pool, unless the last one still waits. */
  probe(): void;
  /** How long they waited since this was last asked, milliseconds; one that still waits counts so far. */
  waits(): number[];
  /** Notes from now on who uses the pool, and for how long. Dear: for a second or two only. */
  startWatch(): void;
  stopWatch(): ProbeThreadPool;
}

const MAX_WAITS = 16;

/** `asOwnWork` runs work of ours that makes async resources. */
export function createThreadPool(core: ProbeCore, asOwnWork: <T>(work: () => T) => T): ThreadPool {
  const fs: typeof import('node:fs') = core.load('fs');
  let waitsSince: number[] = [];
  let sentAt = -1;
  let isProbing = false;
  const users = createPoolUsers(core, () => isProbing);
  return {
    probe() {
      if (core.isStopped() || sentAt >= 0) return;
      try {
        sentAt = core.now();
        isProbing = true;
        asOwnWork(() =>
          fs.stat('/', () => {
            if (waitsSince.length < MAX_WAITS) waitsSince.push(core.now() - sentAt);
            sentAt = -1;
          }),
        );
      } catch {
        sentAt = -1;
      }
      isProbing = false;
    },
    waits() {
      const told = waitsSince;
      waitsSince = [];
      if (sentAt >= 0) told.push(core.now() - sentAt);
      return told;
    },
    startWatch: users.start,
    stopWatch: users.stop,
  };
}
