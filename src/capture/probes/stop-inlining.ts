// Code for the target: turns off inlining, so that a profile shows every function. For processes of our own only: it
// cannot be taken back.
import { findLoad, type Load } from './core.ts';

/** V8 has the second flag from Node 22 on; one that is not known it ignores, with a line on stderr. */
export function stopInlining(requireOrNothing: Load | undefined): void {
  try {
    const load = findLoad(requireOrNothing);
    if (!load) return;
    const v8: typeof import('node:v8') = load('v8');
    v8.setFlagsFromString('--no-turbo-inlining');
    if (Number.parseInt(process.versions.node, 10) >= 22) v8.setFlagsFromString('--no-maglev-inlining');
  } catch {}
}
