// What to do about waiting inside of a library.
import type { SurvivingSite } from '../../analysis/growth/resource-growth.ts';
import { packageOf } from '../wording.ts';

/** Nothing where no library makes them wait. */
export function waitAdvice(promise: SurvivingSite | null): string[] {
  const library = promise?.blame.library;
  return library
    ? [
        `The requests wait in \`${library.functionName}\` of ${packageOf(library)}: give the wait a timeout. If it hands out turns, locks or connections, release each on every path, too (in a \`finally\`).`,
      ]
    : [];
}
