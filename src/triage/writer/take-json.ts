// A line of JSON from a logger: an error it logged, or a sign that a program goes on or that another one started.
import type { EndEvent } from '../ends/ending.ts';
import { readNotice } from '../events/notices.ts';
import { isStart } from '../events/words.ts';
import { type JsonRecord, parseJsonLine } from '../read/json-line.ts';
import { isOtherLife } from './life-lines.ts';
import { goOn, logError } from './program-lines.ts';
import { recentLines } from './recent-lines.ts';
import { endBeforeStart, tell } from './tell-end.ts';
import type { Around, Life } from './writer-state.ts';

/** Programs log what became of their children as well: only what no program says of itself counts. */
const isOfPlatform = (event: EndEvent) =>
  'teller' in event &&
  /^(?:AWS Lambda|Google Cloud|gVisor|Heroku|ECS|forever|PM2|Render)$/.test(event.teller);

const SAYS_UNCAUGHT = /uncaught ?exception|unhandled ?(promise ?)?rejection/i;

/** A record that may hold an error; `lines` are its own words. */
export function takeRecord(life: Life, record: JsonRecord & { lines: string[] }, around: Around): Life {
  const { message, error, level, pid, lines } = record;
  const told = error === null ? readNotice(message).filter(isOfPlatform) : [];
  if (told.length > 0) return told.reduce((each, event) => tell(each, { ...event, lines }, around), life);
  const before = isWrittenByNewLife(life, pid, around) ? endBeforeStart(life, around) : life;
  const saysUncaught = SAYS_UNCAUGHT.test(message);
  if (level === 'other' && !saysUncaught) return goOn(before, message, pid);
  const isFatal = level === 'fatal' || saysUncaught;
  return logError(before, { error, message, isFatal, lines, pid }, around.time);
}

/** A record without an error is not worth parsing, unless it may be the first word after an end. */
export function takeQuietRecord(life: Life, text: string, around: Around): Life {
  const { logged, openError } = life;
  const isOpen = openError !== '' || (logged?.event.isFatal && !logged.isSurvived);
  if (!isOpen) return goOn(life, '');
  const { message = '', pid = 0 } = parseJsonLine(text) ?? {};
  const isNew = isStart(message) || isWrittenByNewLife(life, pid, around);
  return goOn(isNew ? endBeforeStart(life, around) : life, message, pid);
}

const isWrittenByNewLife = ({ logged }: Life, pid: number, { recent }: Around) =>
  logged !== null && isOtherLife(logged.pid, pid, () => recentLines(recent));
