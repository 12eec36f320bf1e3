// One job at a time: captures take memory and CPU, and two of them could meet in one process.

export interface Jobs {
  readonly isBusy: boolean;
  /** False: too many wait already. */
  add(job: () => Promise<void>): boolean;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

const MOST_WAITING = 100;

/** `onFailure`: a job threw; the next one runs all the same. */
export function createJobs(signal: AbortSignal, onFailure: (error: unknown) => void): Jobs {
  const waiting: (() => Promise<void>)[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    for (let job = waiting.shift(); job && !signal.aborted; job = waiting.shift())
      await job().catch(onFailure);
    running = null;
  }

  return {
    get isBusy() {
      return running !== null;
    },
    add(job) {
      if (waiting.length >= MOST_WAITING) return false;
      waiting.push(job);
      running ??= run();
      return true;
    },
    idle: async () => {
      await running;
    },
  };
}
