// Connection errors that a program logged shortly before it ended: drivers that give up often name no address any more.
import { addressOf, type CrashError } from '../ends/crash-error.ts';

/** So many lines later an address says nothing of an end any more. */
const STILL_NEAR = 40;
const MOST_ADDRESSES = 8;

/** The latest error of an address, and the number of the line it was logged on. */
export interface NearbyError {
  address: string;
  error: CrashError;
  line: number;
}

/** Replaces an earlier error of the same address; errors without an address are left out. */
export function addNearby(
  nearby: readonly NearbyError[],
  error: CrashError,
  line: number,
): readonly NearbyError[] {
  const address = addressOf(error);
  if (address === '') return nearby;
  const added = { address, error, line };
  if (nearby.some((each) => each.address === address))
    return nearby.map((each) => (each.address === address ? added : each));
  return [...nearby.slice(nearby.length >= MOST_ADDRESSES ? 1 : 0), added];
}

/** The latest, when all that are near `line` name the same address; null otherwise. */
export function onlyNearby(nearby: readonly NearbyError[], line: number): CrashError | null {
  const near = nearby.filter((each) => line - each.line <= STILL_NEAR);
  return near.length === 1 ? near[0]!.error : null;
}
