// The reducer: a writer's state and its next line in, the next state and the ends that are complete out.
import type { EndEvent, EndedContainer, Ending } from '../ends/ending.ts';
import { mayMatter, parseJsonLine } from '../read/json-line.ts';
import type { LogLine } from '../read/unwrap.ts';
import { isAfter, STILL_FATAL } from './joining.ts';
import { remember } from './recent-lines.ts';
import { takeQuietRecord, takeRecord } from './take-json.ts';
import { closeBlock, closeReading, takeText } from './take-text.ts';
import { closeEnd, endByWords, tell } from './tell-end.ts';
import { type Around, type Life, NOTHING_OUT, type Out, type WriterState } from './writer-state.ts';

const MOST_TEXT = 2_000;

export interface Step extends Out {
  state: WriterState;
}

/** What is known from elsewhere of how a writer ended. */
export interface KnownEnd {
  events: readonly EndEvent[];
  container: EndedContainer | null;
  /** It runs, and has never been started anew: what it logged it survived. */
  isAlive: boolean;
}

/** JSON that tells of no error. */
const isQuiet = (text: string) => text.startsWith('{"') && text.endsWith('}') && !mayMatter(text);

/** A quiet line changes nothing here but what was counted and what was read last. */
export function passes({ life }: WriterState, { text }: LogLine): boolean {
  const { block, reading, end, logged, openError } = life;
  const isOver = end.state === 'running' || end.linesSince > STILL_FATAL;
  const isAtRest = block.state === 'none' && reading.state === 'program' && logged === null;
  return isAtRest && isOver && openError === '' && isQuiet(text);
}

/** After so many lines that `passes` let go by. */
export const passedBy = ({ life, around }: WriterState, count: number): WriterState => ({
  life: { ...life, linesSeen: life.linesSeen + count },
  around,
});

export function takeLine({ life, around: before }: WriterState, line: LogLine): Step {
  const { text } = line;
  const isJson = text.startsWith('{"') && text.endsWith('}');
  const record = isJson && mayMatter(text) ? parseJsonLine(text) : null;
  const time = line.time || before.time || record?.time || '';
  const around = time === before.time ? before : { ...before, time };
  const short = text.length > MOST_TEXT ? text.slice(0, MOST_TEXT) : text;
  const next = record
    ? takeRecord(life, { ...record, lines: [short] }, around)
    : isJson
      ? takeQuietRecord(life, text, around)
      : takeText(life, text, around);
  return stepTo(next, { writer: around.writer, time, recent: remember(around.recent, short) });
}

/** The log is over: what is open is closed, with what is known from elsewhere of the last end. */
export function takeEnd({ life, around: before }: WriterState, known: KnownEnd): Step {
  const { events, container, isAlive } = known;
  const closed = closeReading(closeBlock(life, before), before);
  const { logged } = closed;
  const isOver = isAlive || (logged !== null && isAfter(logged.time, container?.finishedAt ?? ''));
  const around = { ...before, time: container?.finishedAt || before.time };
  const open = isOver ? { ...closed, logged: null } : closed;
  const told =
    events.length === 0
      ? endByWords(open, around)
      : events.reduce((each, event) => tell(each, event, around), open);
  const isTold = told.end.state === 'after-end' || isAlive || events.length > 0;
  const named = withContainer(told, container);
  return stepTo(closeEnd(isTold ? { ...named, openError: '' } : named), around);
}

function withContainer(life: Life, container: EndedContainer | null): Life {
  const { end } = life;
  if (end.state === 'running') return life;
  const writer = end.ending.writer || nameOf(container);
  const ending: Ending = { ...end.ending, container, writer };
  return { ...life, end: { ...end, ending } };
}

function stepTo(life: Life, around: Around): Step {
  const { out } = life;
  const rested = out === NOTHING_OUT ? life : { ...life, out: NOTHING_OUT };
  return { state: { life: rested, around }, ends: out.ends, logged: out.logged };
}

const nameOf = (container: EndedContainer | null) =>
  container ? [container.pod, container.container].filter((part) => part !== '').join('/') : '';
