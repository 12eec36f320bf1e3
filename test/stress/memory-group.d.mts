// Types of memory-group.mjs, for tests in TypeScript.
export interface MemoryGroup {
  folder: string;
  usedBytes(): number;
  peakBytes(): number;
  resetPeak(): void;
  limit(bytes: number): void;
  /** Processes that the kernel ended for the limit. */
  kills(): number;
  stop(): Promise<void>;
}

export function whyNoGroup(): string | undefined;
export function makeGroup(name: string): MemoryGroup;
export function statusBytes(pid: number, name: string): number;
export function startTime(pid: number): string | undefined;
