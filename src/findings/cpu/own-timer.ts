// Work that no request of the program asks for: a timer that a package has set runs it, and no line of the program is on the stack.
import type { BlockGroup } from '../../analysis/cpu/blocks.ts';
import type { Frame } from '../../model/frame.ts';
import type { Draft } from '../rule.ts';
import { packageOf, place } from '../wording.ts';

type Told = Pick<Draft, 'evidence' | 'advice'>;

const NOTHING: Told = { evidence: [], advice: [] };

export function timerOfPackage({ blame: { app }, frames }: Pick<BlockGroup, 'blame' | 'frames'>): Told {
  const callback = app === null ? timerCallback(frames) : undefined;
  if (!callback) return NOTHING;
  const name = packageOf(callback);
  return {
    evidence: [
      {
        source: 'cpu-profile',
        statement: `a timer that ${name} has set runs it (${place(callback)}); no code of the program is on the stack`,
      },
    ],
    advice: [
      `This is caused by a timer of ${name}, not by a request: where the program creates its object, look for the option that sets how often this runs or switches it off (an interval, an automatic save or refresh), and give it less to process each time.`,
    ],
  };
}

/** `frames` innermost first. */
function timerCallback(frames: readonly Frame[]): Frame | undefined {
  const timers = frames.findIndex(
    ({ owner, functionName }) => owner === 'node' && functionName === 'listOnTimeout',
  );
  return timers < 0 ? undefined : frames.slice(0, timers).findLast(({ owner }) => owner === 'library');
}
