// Which lines belong to one end of a process, by what they tell and how far apart they are.
import { type EndEvent, type Ending, isRoot } from '../ends/ending.ts';

/** So many lines of the program after an end belong to its next life. */
export const STILL_ENDING = 6;
/** A program may say some more between an error it gives up on and its exit. */
export const STILL_FATAL = 20;

/** One end has one reason; what only tells that it ended comes after it. */
export function joins(ending: Ending, event: EndEvent, linesSince: number): boolean {
  if (linesSince >= (event.kind === 'exit' ? STILL_FATAL : STILL_ENDING)) return false;
  if (event.kind === 'exit') return event.code !== 0 || !ending.events.some(isRoot);
  if (event.kind === 'told' || event.kind === 'kernel-oom') return true;
  if (ending.events.some(({ kind }) => kind === 'exit'))
    return event.kind === 'native' && !ending.events.some(isRoot);
  return event.kind === 'native' || !ending.events.some(isRoot);
}

export const isSure = (event: EndEvent) =>
  event.kind !== 'logged' && (!('isCertain' in event) || event.isCertain);

export function isBelievable({ events }: Ending, linesSince: number): boolean {
  return events.some(isSure) || linesSince < STILL_ENDING;
}

const SLACK_MILLIS = 2_000;

/** True for what was written after that end: by the next life. Times that cannot be read tell nothing. */
export const isAfter = (time: string, finishedAt: string): boolean =>
  Date.parse(time) > Date.parse(finishedAt) + SLACK_MILLIS;
