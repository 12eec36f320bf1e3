// A part of the probe (see install-probe.ts: sent as text, whole by itself): of many like events, so many a second are
// looked at, and each then stands for others.

export interface SamplingPace {
  /** All that were met. */
  readonly seen: number;
  /** One more was met: how many it stands for, 0 when it is passed over. */
  take(): number;
  /** The end of a burst of so many seconds: how many there were tells how many of the next are taken. */
  settle(seconds: number): void;
}

/** Picks the nth of events, one in `every`, in no rhythm that a program could have, too. */
export type IsPicked = (nth: number, every: number) => boolean;

export function createSamplingPace(isPicked: IsPicked, perSecond: number, perBurst: number): SamplingPace {
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
