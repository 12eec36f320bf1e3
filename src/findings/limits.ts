// The limits that apply to a process, as far as a recording shows them.
import type { Observations } from '../model/observations.ts';

/**
 * Bytes that long-lived objects may take. V8's `heap_size_limit` is that plus three semi-spaces for the young
 * generation, so a flag on the command line, where there is one, says it better.
 */
export function heapLimitOf({ target, limits }: Observations): number | undefined {
  const flag = /--max[-_]old[-_]space[-_]size=(\d+)/.exec(target.title ?? '')?.[1];
  return flag ? Number(flag) * 2 ** 20 : limits.heapLimitBytes;
}
