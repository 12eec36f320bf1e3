// The contract of culprit/testing with the tests that use it: options, results, and the finding as data. Self-contained: the
// build turns it into the package's type declarations.

export interface LeakOptions {
  /** Rounds that are measured; growth must show in each of them. Default 5, at least 3. */
  rounds?: number;
  /** Rounds before, for caches to fill and code to be compiled. Default 2. */
  warmup?: number;
  /** What each round may add without being accused: bytes of heap (default 1024), entries of a collection (default 0). */
  tolerance?: { heapBytes?: number; entries?: number };
  /** What is known and accepted, told by its text: each needs a reason. */
  ignore?: { match: string | RegExp; reason: string }[];
  /** How long timers, sockets and the like may take to go after a round. Default 300. */
  settleMillis?: number;
  /** How long more rounds may be run, once something is suspected. Default 1000. */
  confirmMillis?: number;
  /** The longest a single round may take before the check gives up. Default 20000. */
  roundMillis?: number;
  /** The runner's own signal: the check ends with it. */
  signal?: AbortSignal;
}

export interface LeakFinding {
  kind:
    | 'heap-leak'
    | 'listener-leak'
    | 'external-memory-leak'
    | 'timer-leak'
    | 'socket-leak'
    | 'server-leak'
    | 'fd-leak'
    | 'watcher-leak'
    | 'child-process-leak'
    | 'worker-leak'
    | 'handle-leak';
  /** One sentence: what grows, how much a round, and where it is made. */
  title: string;
  advice: string;
  perRound: number;
  unit: 'entries' | 'listeners' | 'bytes' | 'count';
  /** After each measured round; of a whole file: before and after. */
  counts: number[];
  /** Relative to the working directory, after source maps; null when no line could be caught. */
  file: string | null;
  /** 1-based. */
  line: number | null;
  function: string | null;
  /** Where it is made, innermost first: "file:line, function". */
  stack: string[];
}

export interface LeakResult {
  isClean: boolean;
  findings: LeakFinding[];
  /** Seen and not accused, with the reason: keep-alive sockets, the runner's own, what stopped growing. */
  settled: string[];
  /** What could not be looked at, and why. */
  warnings: string[];
  rounds: number;
  /** Further rounds that were run to make sure. */
  confirmingRounds: number;
  /** What the check itself took, without the time of the body. */
  ownMillis: number;
  bodyMillis: number;
  /** Live heap bytes after each measured round. */
  heapBytes: number[];
}
