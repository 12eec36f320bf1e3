// The probe's lease: it expires when the probe has not been called for long enough, which means that culprit is gone.
import { askHolder } from '../target/holding/probe/claim-channel.ts';
import type { ProbeCore } from './core.ts';

export interface Lease {
  /** Somebody asked. How often the lease's timer has fired so far: the same number twice, and the loop has not turned. */
  renew(): number;
}

export interface LeaseEvents {
  /** Each time the timer fires. */
  onTick(): void;
  onExpiry(): void;
}

const TICK_MILLIS = 500;

export function startLease(core: ProbeCore, { onTick, onExpiry }: LeaseEvents): Lease {
  const timers: typeof import('node:timers') = core.load('timers');
  let ticks = 0;
  let silentMillis = 0;
  let lastTickAt = core.now();
  const timer = timers.setInterval(() => {
    try {
      ticks++;
      // A pause that we cause ourselves (a snapshot) is one long tick, and no silence of ours.
      silentMillis += Math.min(core.now() - lastTickAt, 2 * TICK_MILLIS);
      lastTickAt = core.now();
      onTick();
      if (silentMillis >= core.config.leaseMillis) onExpiry();
    } catch {}
  }, TICK_MILLIS);
  timer.unref();
  const renewClaim = () => {
    try {
      askHolder(core.load, { say: 'renew' });
    } catch {}
  };
  core.cleanups.push(() => timers.clearInterval(timer));
  return {
    renew() {
      silentMillis = 0;
      renewClaim();
      return ticks;
    },
  };
}
