// Of many events of one kind, a fixed number a second are sampled, and each then stands for several.

export interface SamplingPace {
  /** All that were met. */
  readonly seen: number;
  /** One more was met: how many it stands for, 0 when it is passed over. */
  take(): number;
  /** The end of a burst of so many seconds: how many there were tells how many of the next are taken. */
  settle(seconds: number): void;
}

const GOLDEN = 0x9e3779b1;

/**
 * Whether the nth event is the one taken out of `every`, from the first on. Spread as multiples of the golden ratio are
 * (Weyl): a program that does something every fourth time is not met in step.
 */
export function isPicked(nth: number, every: number): boolean {
  return Math.imul(nth, GOLDEN) >>> 0 < 2 ** 32 / every;
}

export function createSamplingPace(perSecond: number, perBurst: number): SamplingPace {
  let seen = 0;
  let inBurst = 0;
  let taken = 0;
  let every = 1;
  return {
    get seen() {
      return seen;
    },
    take() {
      inBurst++;
      if (!isPicked(seen++, every) || taken >= perBurst) return 0;
      taken++;
      return every;
    },
    settle(seconds) {
      every = Math.max(1, Math.ceil(inBurst / seconds / perSecond));
      inBurst = taken = 0;
    },
  };
}
