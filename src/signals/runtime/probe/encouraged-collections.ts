// Asking V8 to collect its garbage as it does by itself: marking goes on beside the program, in small steps, where a forced
// collection would stop it for a millisecond a megabyte. V8 has two flags for when it begins to mark, in percent of what may
// still be allocated before it would begin by itself; 0, the default, leaves it to V8 (seen on Node 16 to 26).
import type { ProbeCore } from '../../../probe/core.ts';

export interface EncouragedCollections {
  /** False where it cannot be: somebody else has set the flags, or this V8 is not known. */
  encourage(): boolean;
  /** A major collection has ended. True when it was encouraged; V8 is then left to itself again. */
  noteMajor(): boolean;
}

const TRIGGERS = ['--incremental-marking-soft-trigger', '--incremental-marking-hard-trigger'];
const KNOWN_MAJORS = [16, 26] as const;
/** An idle program allocates nothing, and V8 then begins nothing. */
const LONGEST_MILLIS = 4_000;

export function createEncouragedCollections(core: ProbeCore): EncouragedCollections {
  const v8: typeof import('node:v8') = core.load('v8');
  const timers: typeof import('node:timers') = core.load('timers');
  let timer: NodeJS.Timeout | null = null;
  const setTriggers = (percent: number) => {
    for (const trigger of TRIGGERS) v8.setFlagsFromString(`${trigger}=${percent}`);
  };
  const leaveAlone = () => {
    if (!timer) return;
    timers.clearTimeout(timer);
    timer = null;
    setTriggers(0);
  };
  core.cleanups.push(leaveAlone);
  return {
    encourage() {
      if (timer) return true;
      if (!isPossible()) return false;
      setTriggers(1);
      timer = timers.setTimeout(() => {
        try {
          leaveAlone();
        } catch {}
      }, LONGEST_MILLIS);
      timer.unref();
      return true;
    },
    noteMajor() {
      const isOurs = timer !== null;
      leaveAlone();
      return isOurs;
    },
  };
}

function isPossible(): boolean {
  const major = Number.parseInt(process.versions.node, 10);
  const [oldest, newest] = KNOWN_MAJORS;
  if (!(major >= oldest && major <= newest) || process.versions.bun || process.versions.deno) return false;
  const options = `${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`;
  return !options.split('_').join('-').includes('incremental-marking');
}
