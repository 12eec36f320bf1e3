// Events of an end: which join the last one, which begin another, and which are complete and passed on.
import { type EndEvent, type Ending, isRoot, NO_ENDING } from '../ends/ending.ts';
import { readCutBlock } from '../events/error-block.ts';
import { isBelievable, isSure, joins, STILL_ENDING, STILL_FATAL, tellsNoEnd } from './joining.ts';
import { onlyNearby } from './nearby-errors.ts';
import { recentLines } from './recent-lines.ts';
import { type Around, type Life, RUNNING, withEnd } from './writer-state.ts';

/** More of them say nothing new: a log may be nothing but "Killed". */
const MOST_EVENTS = 200;

/** An event joins the last end or begins another. */
export function tell(life: Life, event: EndEvent, around: Around): Life {
  const before = makeRoom(life, event, around);
  const { ending, logged } =
    before.end.state === 'after-end'
      ? explain(before.end.ending, before, event)
      : explain(emptyEnding(before, around), before, event);
  const events = ending.events.length < MOST_EVENTS ? [...ending.events, event] : ending.events;
  return {
    ...before,
    end: {
      state: 'after-end',
      ending: { ...ending, events, lastTime: around.time || ending.lastTime },
      linesSince: event.weight === 'echo' && before.end.state === 'after-end' ? before.end.linesSince : 0,
    },
    logged: isRoot(event) ? null : logged,
  };
}

/** Hands on or drops the last end when the event is not of it. */
function makeRoom(life: Life, event: EndEvent, { time }: Around): Life {
  const { end } = life;
  if (end.state === 'running') return life;
  // What may have been survived was survived.
  if (event.kind === 'exit' && event.code === 0 && !end.ending.events.some(isSure))
    return { ...life, end: RUNNING };
  return joins(end.ending, event, { linesSince: end.linesSince, time }) ? life : closeEnd(life);
}

/** Its first event may be the error that the program wrote just before, when nothing better is known. */
function explain(
  ending: Ending,
  { logged }: Life,
  event: EndEvent,
): { ending: Ending; logged: Life['logged'] } {
  const isFailure = event.kind === 'exit' && event.code !== 0 && event.signal === null;
  const isOpen = ending.events.every(tellsNoEnd);
  if (!logged || !isFailure || !isOpen) return { ending, logged };
  if (logged.linesSince > (logged.event.isFatal ? STILL_FATAL : STILL_ENDING)) return { ending, logged };
  return {
    ending: {
      ...ending,
      events: [logged.event, ...ending.events],
      firstTime: logged.time || ending.firstTime,
    },
    logged: null,
  };
}

function emptyEnding({ commandLine, nearby, linesSeen }: Life, { writer, time, recent }: Around): Ending {
  return {
    ...NO_ENDING,
    writer,
    firstTime: time,
    lastTime: time,
    commandLine,
    tail: recentLines(recent)
      .filter((line) => line.trim() !== '')
      .slice(-8),
    nearby: onlyNearby(nearby, linesSeen),
  };
}

/** Hands the last end on, if it is to be believed. */
export function closeEnd(life: Life): Life {
  const { end } = life;
  if (end.state === 'running') return life;
  const closed = isBelievable(end.ending, end.linesSince) ? withEnd(life, end.ending) : life;
  return { ...closed, end: RUNNING };
}

/** "Node.js v22.3.0" came apart from its error: other lines got between. */
export function confirmEnd(life: Life, version: string, around: Around): Life {
  const cut = life.end.state === 'running' ? readCutBlock(recentLines(around.recent)) : null;
  const told = cut ? tell(life, cut, around) : life;
  const { end } = told;
  if (end.state === 'running' || end.linesSince > STILL_FATAL) return told;
  const events = end.ending.events.map((event, i, { length }) =>
    i === length - 1 && 'isCertain' in event ? { ...event, isCertain: true } : event,
  );
  return {
    ...told,
    end: { ...end, ending: { ...end.ending, events, nodeVersion: version }, linesSince: 0 },
  };
}

/** Bun printed an error of which only its trailer says that nobody caught it. */
export function confirmLogged(life: Life, around: Around): Life {
  const { logged } = life;
  if (!logged?.event.error || logged.linesSince > 2) return life;
  const { error, lines } = logged.event;
  const event = { kind: 'uncaught', error, lines, place: '', isCertain: true } as const;
  return tell(life, { ...event, isRejection: false, isThrown: true }, around);
}

/** A program that said it gives up, and then started anew, did end. */
export function endBeforeStart(life: Life, around: Around): Life {
  const { logged } = life;
  if (!logged?.event.isFatal || logged.isSurvived || logged.linesSince > 3) return life;
  const closed = closeEnd({ ...life, logged: null });
  return withEnd(closed, { ...emptyEnding(closed, around), events: [logged.event] });
}

/** At the end of the log, where nothing tells of the end but the program's own last words. */
export function endByWords(life: Life, around: Around): Life {
  const { logged, end } = life;
  if (!logged?.event.isFatal || logged.isSurvived || logged.linesSince >= STILL_ENDING) return life;
  if (end.state === 'after-end' && end.linesSince < STILL_ENDING) return life;
  const closed = closeEnd(life);
  const ending = { ...emptyEnding(closed, around), events: [logged.event] };
  return { ...closed, end: { state: 'after-end', ending, linesSince: 0 } };
}
