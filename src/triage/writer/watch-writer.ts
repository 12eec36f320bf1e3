// One writer of a log: holds the state between its lines, and hands on what the reducer gives out.
import type { Ending } from '../ends/ending.ts';
import { verdictOf } from '../judge/causes.ts';
import type { LogLine } from '../read/unwrap.ts';
import { STILL_FATAL } from './joining.ts';
import { type KnownEnd, type Step, takeEnd, takeLine } from './take-line.ts';
import { initialState } from './writer-state.ts';

export interface WriterWatch {
  take(line: LogLine): void;
  /** Adds what is known from elsewhere of the last end, and hands that on. */
  end(known: KnownEnd): void;
  /** The error the log ends with, of which nothing tells whether it ended the process; "" for none. After `end`. */
  openError(): string;
  /** The last thing that is known of it is that it ended by itself, with exit code 0. After `end`. */
  hasEndedWell(): boolean;
}

export function watchWriter(
  writer: string,
  onEnding: (ending: Ending) => void,
  onLogged: (text: string) => void,
): WriterWatch {
  let state = initialState(writer);
  let hasEndedWell = false;
  const goTo = (step: Step) => {
    state = step.state;
    for (const text of step.logged) onLogged(text);
    for (const ending of step.ends) onEnding(ending);
  };
  return {
    take: (line) => goTo(takeLine(state, line)),
    end(known) {
      const { end } = state.life;
      const step = takeEnd(state, known);
      const last = step.ends.at(-1);
      const isLast = end.state === 'running' ? known.events.length > 0 : end.linesSince < STILL_FATAL;
      hasEndedWell = isLast && last !== undefined && verdictOf(last).label === 'clean-exit';
      goTo(step);
    },
    hasEndedWell: () => hasEndedWell,
    openError: () => state.life.openError,
  };
}
