// What the program writes itself: errors that may be its last words, and everything else, which says that it goes on.
import { type CrashError, describeError } from '../ends/crash-error.ts';
import { emptyError } from '../events/error-text.ts';
import { STILL_FATAL } from './joining.ts';
import { isClosing } from './life-lines.ts';
import { addNearby } from './nearby-errors.ts';
import type { LastEnd, Life, Logged } from './writer-state.ts';

/** An error that a program wrote. */
export interface Said {
  error: CrashError | null;
  /** Beside the error or instead of it. */
  message: string;
  isFatal: boolean;
  lines: readonly string[];
  /** 0 is unknown. */
  pid: number;
}

/** `time` as the log has it. */
export function logError(life: Life, said: Said, time: string): Life {
  const { message, isFatal, lines, pid } = said;
  const error = said.error ?? (message === '' ? null : { ...emptyError(), message });
  const openError = (error && describeError(error)) || (lines[0] ?? '');
  const told: Life = {
    ...life,
    openError,
    nearby: error ? addNearby(life.nearby, error, life.linesSeen) : life.nearby,
    out: { ...life.out, logged: [...life.out.logged, openError] },
  };
  const first = life.logged;
  // The first of several in a row is the cause, unless a later one is graver.
  if (first && !first.isSurvived && first.linesSince <= 2 && (first.event.isFatal || !isFatal))
    return { ...told, logged: { ...first, event: { ...first.event, isLast: false } } };
  const event = { kind: 'logged', error, message, isFatal, isLast: true, lines: lines.slice(0, 16) } as const;
  return { ...told, logged: { event, time, linesSince: 0, pid, isSurvived: false } };
}

/** A line that tells of no end. `message` is "" where the line was not worth reading; a `pid` of 0 is unknown. */
export function goOn(life: Life, message: string, pid = 0): Life {
  const isLeaving = (life.openError !== '' || life.logged !== null) && isClosing(message);
  return {
    block: life.block,
    reading: life.reading,
    end: lineAfter(life.end),
    logged: life.logged && logWentOn(life.logged, isLeaving, pid),
    nearby: life.nearby,
    linesSeen: life.linesSeen + 1,
    commandLine: life.commandLine,
    openError: isLeaving ? life.openError : '',
    out: life.out,
  };
}

/** Further away than this no line is of the end any more, so that the count may stop. */
function lineAfter(end: LastEnd): LastEnd {
  return end.state === 'running' || end.linesSince > STILL_FATAL
    ? end
    : { ...end, linesSince: end.linesSince + 1 };
}

/** null when it is too long ago to be the reason of an end. */
function logWentOn(logged: Logged, isLeaving: boolean, pid: number): Logged | null {
  if (logged.linesSince >= STILL_FATAL) return null;
  // Others that write into the same log say nothing of this process.
  const isOwn = pid === 0 || logged.pid === 0 || pid === logged.pid;
  return {
    event: logged.event.isLast ? { ...logged.event, isLast: false } : logged.event,
    time: logged.time,
    pid: logged.pid,
    linesSince: logged.linesSince + 1,
    isSurvived: logged.isSurvived || (isOwn && !isLeaving),
  };
}
