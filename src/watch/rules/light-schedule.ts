// When the next light capture is due, and of which target: one at a time, in turns, seldom where nothing is found, and never
// so often that captures take more than their part of a core.
import type { LightConfig } from '../config/watch-config.ts';

export interface LightTurn {
  /** When this target was looked at, or the watch of it began. */
  lastMillis: number;
  /** Looks in a row that found nothing new. */
  quietLooks: number;
}

/** Of a core, for all looks together; the other half of 1 % is for looking from outside. */
const LOOK_SHARE = 0.005;
/** A quiet target is looked at every 40 min in place of every 10. */
const MOST_STRETCH = 4;

export interface LightState {
  turns: ReadonlyMap<string, LightTurn>;
  /** When the last look of all ended, and what it took of a CPU. */
  last: LookCost | null;
}

export interface LookCost {
  endedMillis: number;
  cpuMillis: number;
}

/** The target whose look is due longest; undefined: none is. Those that are not `ready` wait. */
export function nextLook(
  { turns, last }: LightState,
  light: LightConfig,
  { atMillis, isReady }: { atMillis: number; isReady: (target: string) => boolean },
): string | undefined {
  if (!isAffordable(last, atMillis)) return undefined;
  const due = [...turns]
    .map(([target, turn]) => ({ target, overdue: atMillis - dueAt(turn, light) }))
    .filter(({ target, overdue }) => overdue >= 0 && isReady(target));
  return due.sort((a, b) => b.overdue - a.overdue)[0]?.target;
}

/** So long after the last look that both together take no more than their part of a core. */
export const isAffordable = (last: LookCost | null, atMillis: number) =>
  last === null || atMillis >= last.endedMillis + last.cpuMillis / LOOK_SHARE;

function dueAt({ lastMillis, quietLooks }: LightTurn, { everyMillis }: LightConfig): number {
  const stretch = Math.min(MOST_STRETCH, 2 ** Math.max(0, quietLooks - 2));
  return lastMillis + everyMillis * stretch;
}
