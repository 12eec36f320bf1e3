// How long culprit holds the thread, by step: its own work inside the thread by its duration, and the inspector's work by
// how late the event loop was meanwhile.
import type { ProbeCore } from './core.ts';
import type { OwnStep } from './probe-protocol.ts';

/** Only what V8 tells of it when it is over is counted. */
export const ASKED_COLLECTION = 'collection that V8 was asked for';

export interface OwnSteps {
  /** From here to `end` the inspector works for us. */
  begin(step: string): void;
  end(): void;
  /** Work of ours inside the thread. */
  timed<T>(step: string, work: () => T): T;
  /** A pause that V8 made because we asked for it. */
  note(step: string, millis: number): void;
  /** All so far, the longest first. */
  all(): OwnStep[];
}

const MAX_STEPS = 64;
/** The event loop is asked each millisecond, while the inspector works for us. */
const RESOLUTION_MILLIS = 1;

export function createOwnSteps(core: ProbeCore): OwnSteps {
  const perf: typeof import('node:perf_hooks') = core.load('perf_hooks');
  const delays = perf.monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });
  // One that never ran is listed among the active resources of the process until it is collected.
  delays.enable();
  delays.disable();
  const steps = new Map<string, OwnStep>();
  let current = '';
  let from = 0;
  core.cleanups.push(() => delays.disable());
  const note = (step: string, millis: number) => {
    const known = steps.get(step) ?? { step, count: 0, totalMillis: 0, longestMillis: 0 };
    if (known.count === 0 && steps.size >= MAX_STEPS) return;
    steps.set(step, known);
    known.count++;
    known.totalMillis += millis;
    known.longestMillis = Math.max(known.longestMillis, millis);
  };
  return {
    note,
    begin(step) {
      current = step;
      from = core.now();
      delays.reset();
      delays.enable();
    },
    end() {
      if (current === '') return;
      delays.disable();
      const elapsed = core.now() - from;
      // Where the loop has not turned since, a busy program answers us between two of its functions.
      const hasTurned = delays.max > 0 && delays.min < 1e15;
      // What held the loop to this very moment is in no delay yet: only what came before its last turn is. Node.js before 16.14
      // does not count the delays.
      const sinceLastTurn = elapsed - (delays.mean * delays.count) / 1e6 || 0;
      const longest = hasTurned ? Math.max(delays.max / 1e6, sinceLastTurn) - RESOLUTION_MILLIS : elapsed;
      note(current, Math.min(Math.max(0, longest), elapsed));
      current = '';
    },
    timed(step, work) {
      const began = core.now();
      try {
        return work();
      } finally {
        note(step, core.now() - began);
      }
    },
    all: () => [...steps.values()].sort((a, b) => b.longestMillis - a.longestMillis),
  };
}
