// Finds timers without a walk over the heap. Node keeps all timers of one delay, and all immediates, in linked lists: a
// timer of culprit's leads to its neighbours.
import type { Load } from '../../../probe/load.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';

export interface TimerNeighbours {
  /** All that wait for the next turn of the loop. */
  immediates(): object[];
  /** Timers of delays that people write; others are missed. */
  timeouts(): object[];
}

const MOST = 100_000;
const MILLIS = [1, 2, 5, 10, 15, 20, 25, 30, 50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 750, 800];
const SECONDS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 45, 50, 60, 90, 120, 150, 180];
const MINUTES = [4, 5, 6, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1_440];
const DELAYS = [...MILLIS, ...SECONDS.map((n) => n * 1_000), ...MINUTES.map((n) => n * 60_000)];

export function createTimerNeighbours(load: Load, { own, isObject }: DataReads): TimerNeighbours {
  const timers: typeof import('node:timers') = load('timers');
  const nothing = () => {};
  const neighboursOf = (ours: object): object[] => {
    const found: object[] = [];
    let at = own(ours, '_idlePrev');
    while (isObject(at) && at !== ours && found.length < MOST) {
      found.push(at);
      at = own(at, '_idlePrev');
    }
    return found;
  };
  return {
    immediates() {
      const ours = timers.setImmediate(nothing);
      try {
        return neighboursOf(ours);
      } finally {
        timers.clearImmediate(ours);
      }
    },
    timeouts() {
      return DELAYS.flatMap((millis) => {
        const ours = timers.setTimeout(nothing, millis);
        try {
          ours.unref();
          // The head of the list is among them, and no timer.
          return neighboursOf(ours);
        } finally {
          timers.clearTimeout(ours);
        }
      });
    },
  };
}
