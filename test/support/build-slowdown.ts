// Habits of servers whose requests cost more, or less, CPU time over the look.

import { type Habit, MB } from './build-observations.ts';
import { buildCpuProfile, type Slice } from './build-profile.ts';
import type { Shape } from './shapes.ts';

/** `perSecond` requests are answered, each for so many milliseconds by second, spent at one of `places` after the other. */
export function requestCosts(millis: Shape, places: string | readonly string[], perSecond = 20): Habit {
  const all = [places].flat();
  return (observations) => {
    let cpuMicros = 5 * MB;
    const slices: Slice[] = [];
    for (const sample of observations.runtime.filter(({ afterGc }) => !afterGc)) {
      const seconds = sample.atMillis / 1_000;
      const busy = millis(seconds) * perSecond;
      cpuMicros += busy * 1_000;
      sample.cpuMicros = cpuMicros;
      sample.clockMicros = sample.atMillis * 1_000;
      sample.requests = { answered: perSecond, failed: 0 };
      // Ten times a second, so that no part of it is a block.
      for (let i = 0; i < 10; i++)
        slices.push([all[i % all.length]!, busy / 10], ['(idle)', 100 - busy / 10]);
    }
    observations.cpuProfiles = [{ ...buildCpuProfile(slices), startClockMicros: 0 }];
  };
}
