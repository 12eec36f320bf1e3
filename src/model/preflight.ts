// What a look would do to a process, told before it: whether it can be attached to, and the cost of each step.

export interface PreflightStep {
  step: 'passive' | 'light' | 'burst' | 'census' | 'snapshot';
  /** Done by itself, only when growth is seen, or left out. */
  when: 'always' | 'when needed' | 'left out';
  /** In words. */
  what: string;
  /** The longest single pause, where one is known. */
  pauseMillis?: number;
  extraBytes?: number;
  /** Why it is left out. */
  reason?: string;
}

export interface Preflight {
  schemaVersion: 1;
  pid: number;
  /** Empty when it is not known. */
  command: string;
  nodeVersion: string | null;
  canAttach: boolean;
  /** Why not, and what helps: only when it cannot. */
  reason?: string;
  cure?: string;
  /** What cannot be seen from outside and may still keep it from being attached to. */
  caveat?: string;
  /** "open" needs no signal. */
  inspector: 'open' | 'closed' | 'unknown';
  /** The most that its heap can be: anonymous memory, in steps of 16 MB. */
  heapAtMostBytes?: number;
  roomBytes?: number;
  roomLimitedBy?: string;
  threads?: number;
  /** Empty when it cannot be attached to. */
  steps: PreflightStep[];
  notes: string[];
}
