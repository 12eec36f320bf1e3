// Which lines belong to one end of a process, by what they report, which process they are about, and how far apart they are.
import { isSameName } from '../ends/deaths.ts';
import { type EndEvent, type Ending, isRoot } from '../ends/ending.ts';

/** So many lines of the program after an end belong to its next life. */
export const STILL_ENDING = 6;
/** A program may say some more between an error it gives up on and its exit. */
export const STILL_FATAL = 20;
/** What is told later than this is of another end. */
const MOST_MILLIS = 60_000;
/** They tell of one end several times: each script in a script, each in several lines. */
const REPEATING =
  /^(?:npm|pnpm|yarn|Bun|Electron|Rust|AWS Lambda|make|docker build|Turborepo|supervisor|you|pod status|inspect)$/;

/** Says why or that something ends, but is no end of its own. */
export const tellsNoEnd = ({ weight }: EndEvent) => weight !== undefined;

/** One end has one reason; what only tells that it ended comes after it. */
export function joins(
  ending: Ending,
  event: EndEvent,
  { linesSince, time }: { linesSince: number; time: string },
): boolean {
  if (event.weight === 'echo') return true;
  if (linesSince >= (event.kind === 'exit' ? STILL_FATAL : STILL_ENDING)) return false;
  if (isFarApart(ending.lastTime, time)) return false;
  if (ending.events.some((earlier) => isOfAnother(earlier, event))) return false;
  if (event.kind === 'exit') return event.code !== 0 || !ending.events.some(isRoot);
  if (event.kind === 'told' || event.kind === 'kernel-oom') return true;
  if (ending.events.some(({ kind }) => kind === 'exit'))
    return event.kind === 'native' && !ending.events.some(isRoot);
  return event.kind === 'native' || !ending.events.some(isRoot);
}

/** Each tells of a death once: when it tells again, or of another process, that is another death. */
function isOfAnother(earlier: EndEvent, event: EndEvent): boolean {
  if (earlier.kind !== event.kind || tellerOf(earlier) !== tellerOf(event)) return false;
  if (tellsNoEnd(earlier) || tellsNoEnd(event)) return false;
  const [before, now] = [earlier.process, event.process];
  if (before && now) {
    if (before.pid !== 0 && now.pid !== 0) return before.pid !== now.pid;
    if (before.name !== '' && now.name !== '' && !isSameName(before.name, now.name)) return true;
  }
  if (REPEATING.test(tellerOf(event))) return false;
  if (event.kind === 'told' && earlier.kind === 'told')
    return withoutNumbers(earlier.statement) === withoutNumbers(event.statement);
  // The outer shell names the process that the inner one told of without a name.
  return event.kind === 'exit' && (before === undefined) === (now === undefined);
}

const tellerOf = (event: EndEvent) => ('teller' in event ? event.teller : event.kind);
const withoutNumbers = (text: string) => text.replaceAll(/[\d.]+/g, '#');

/** Times that cannot be read tell nothing. */
const isFarApart = (before: string, now: string) =>
  before !== now && Math.abs(Date.parse(now) - Date.parse(before)) > MOST_MILLIS;

export const isSure = (event: EndEvent) =>
  event.kind !== 'logged' && (!('isCertain' in event) || event.isCertain);

export function isBelievable({ events }: Ending, linesSince: number): boolean {
  return events.some(isSure) || linesSince < STILL_ENDING;
}

const SLACK_MILLIS = 2_000;

/** True for what was written after that end: by the next life. Times that cannot be read tell nothing. */
export const isAfter = (time: string, finishedAt: string): boolean =>
  Date.parse(time) > Date.parse(finishedAt) + SLACK_MILLIS;
