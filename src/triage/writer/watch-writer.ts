// One writer of a log: holds the state between its lines, and passes on what the reducer returns.
import type { Ending } from '../ends/ending.ts';
import { verdictOf } from '../judge/causes.ts';
import type { LogLine } from '../read/unwrap.ts';
import { STILL_FATAL } from './joining.ts';
import { MOST_RECENT } from './recent-lines.ts';
import { type KnownEnd, passedBy, passes, type Step, takeEnd, takeLine } from './take-line.ts';
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

/** Lines that wait. */
const MOST_WAITING = 1_000;

export function watchWriter(
  writer: string,
  onEnding: (ending: Ending) => void,
  onLogged: (text: string) => void,
): WriterWatch {
  let state = initialState(writer);
  let hasEndedWell = false;
  /** Most lines of most logs: of a row of them only the last ones are taken, which later lines may refer to. */
  let quiet: LogLine[] = [];
  const goTo = (step: Step) => {
    state = step.state;
    for (const text of step.logged) onLogged(text);
    for (const ending of step.ends) onEnding(ending);
  };
  const takeQuiet = () => {
    const left = quiet.length - MOST_RECENT;
    if (left > 0) state = passedBy(state, left);
    for (const line of left > 0 ? quiet.slice(-MOST_RECENT) : quiet) goTo(takeLine(state, line));
    quiet = [];
  };
  return {
    take(line) {
      if (passes(state, line)) {
        quiet.push(line);
        if (quiet.length === MOST_WAITING) {
          quiet = quiet.slice(-MOST_RECENT);
          state = passedBy(state, MOST_WAITING - MOST_RECENT);
        }
        return;
      }
      if (quiet.length > 0) takeQuiet();
      goTo(takeLine(state, line));
    },
    end(known) {
      takeQuiet();
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
