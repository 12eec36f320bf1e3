// Finds the caller of Node's code that allocates the retained objects: where that code runs later, without its caller on the
// stack, other stacks through the same file of Node show it.
import type { Blame } from '../cpu/blame/blame.ts';
import type { AllocationSite, HeapGrowth } from './heap-growth.ts';

/** The place of user code under which most that stays is allocated through a file of Node that is on this stack; null: none was seen. */
export function callerOfNodes({ frames }: AllocationSite, { sites }: HeapGrowth): Blame | null {
  const files = new Set(
    frames.flatMap(({ owner, file }) => (owner === 'node' && file !== null ? [file] : [])),
  );
  const calling = sites.filter(
    (site) =>
      site.blame.app !== null &&
      site.grownBytes > 0 &&
      site.frames.some(
        ({ owner, file }) => owner === 'node' && file !== null && isTelling(file) && files.has(file),
      ),
  );
  return calling.sort((a, b) => b.grownBytes - a.grownBytes)[0]?.blame ?? null;
}

/** What is on the way to any code says nothing of who asked. */
function isTelling(file: string): boolean {
  return !/^node:(?:events|_http_|net$|internal\/(?:process|timers|async_hooks|stream_base|streams))/.test(
    file,
  );
}
