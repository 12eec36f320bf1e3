// Which code allocated the newest entries of a collection: an allocation timeline has the stack of every object whose
// creation it saw.
import type { HeapGraph } from '../../model/heap/heap-graph.ts';
import type { HeapAllocator } from '../../model/heap/heap-report.ts';
import { ownerOf } from '../../model/owner/owner.ts';
import { placeIn } from './names/code-places.ts';

const NEWEST = 20;
const MOST_ALLOCATORS = 3;

/** Of the last of these values; the commonest first. */
export function findAllocators(graph: HeapGraph, values: readonly number[]): HeapAllocator[] {
  if (!graph.storage.traces) return [];
  const found = new Map<string, HeapAllocator>();
  for (const value of values.slice(-NEWEST)) {
    const stack = graph.allocationStack(value);
    // What a library allocated, its caller asked for.
    const frame = stack.find(({ script }) => script !== '' && ownerOf(script) === 'app') ?? stack[0];
    if (!frame) continue;
    const { functionName, script, line, column } = frame;
    const key = `${functionName}\n${script}\n${line}`;
    const known = found.get(key);
    if (known) known.count += 1;
    else
      found.set(key, {
        functionName,
        place: script === '' ? null : placeIn(script, line, column),
        count: 1,
      });
  }
  return [...found.values()].sort((a, b) => b.count - a.count).slice(0, MOST_ALLOCATORS);
}
