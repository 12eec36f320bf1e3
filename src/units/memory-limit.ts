// The limit that a process's memory reaches first, and its name in sentences.
import { MIB } from './bytes.ts';

export type MemoryLimit = { of: 'container'; bytes: number } | { of: 'machine' };

/** "the container's limit of 256 MB", "the machine's memory" */
export function memoryLimitWords(limit: MemoryLimit): string {
  if (limit.of === 'machine') return "the machine's memory";
  return `the container's limit of ${Math.round(limit.bytes / MIB)} MB`;
}
