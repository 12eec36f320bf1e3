// Two clocks: a monotonic one for everything that is measured, and the wall clock for what people read. Over a restart of
// the watcher the kernel's uptime tells how long it was away, whatever became of the wall clock.
import { known, readText } from '../../target/proc/proc-file.ts';

export interface WatchClock {
  /** Milliseconds since some moment; never goes back. */
  monotonic(): number;
  /** Milliseconds since 1970; may jump. */
  wall(): number;
  /** To be stored, and compared with that of a later process. */
  stamp(): Stamp;
}

export interface Stamp {
  /** Names this boot of the machine; "" where that cannot be read. */
  boot: string;
  uptimeMillis: number | null;
  wallMillis: number;
}

export const systemClock: WatchClock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  stamp() {
    const uptime = Number.parseFloat(known(readText('/proc/uptime')) ?? '');
    return {
      boot: known(readText('/proc/sys/kernel/random/boot_id'))?.trim() ?? '',
      uptimeMillis: Number.isFinite(uptime) ? uptime * 1_000 : null,
      wallMillis: Date.now(),
    };
  },
};

/** From `before` to `now`; 0 where the clocks contradict each other, so that no limit is forgotten too early. */
export function millisBetween(before: Stamp, now: Stamp): number {
  const isSameBoot = before.boot !== '' && before.boot === now.boot;
  if (isSameBoot && before.uptimeMillis !== null && now.uptimeMillis !== null)
    return Math.max(0, now.uptimeMillis - before.uptimeMillis);
  return Math.max(0, now.wallMillis - before.wallMillis);
}
