// Connection errors that a program logged shortly before it ended: drivers that give up often name no address any more.
import { addressOf, type CrashError } from '../ends/crash-error.ts';

/** So many lines later an address says nothing of an end any more. */
const STILL_NEAR = 40;
const MOST_ADDRESSES = 8;

export interface NearbyErrors {
  add(error: CrashError): void;
  goOn(): void;
  /** The latest, when all that are near name the same address; null otherwise. */
  only(): CrashError | null;
}

export function createNearbyErrors(): NearbyErrors {
  let line = 0;
  const byAddress = new Map<string, { error: CrashError; line: number }>();
  return {
    add(error) {
      const address = addressOf(error);
      if (address === '') return;
      if (!byAddress.has(address) && byAddress.size >= MOST_ADDRESSES)
        byAddress.delete([...byAddress.keys()][0]!);
      byAddress.set(address, { error, line });
    },
    goOn() {
      line++;
    },
    only() {
      const near = [...byAddress.values()].filter((each) => line - each.line <= STILL_NEAR);
      return near.length === 1 ? near[0]!.error : null;
    },
  };
}
