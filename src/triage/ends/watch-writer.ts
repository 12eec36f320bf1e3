// One writer of a log, line by line: what belongs to an end is collected, and an end is handed on when the next begins.

import {
  continuesStack,
  type ErrorBlock,
  feedBlock,
  headBefore,
  isPlace,
  readBlock,
  readCutBlock,
  stripLead,
} from '../events/error-block.ts';
import { emptyError, parseErrorText } from '../events/error-text.ts';
import { continuesDump, keepDump, readDump, startsDump } from '../events/fatal-dump.ts';
import { isClosing, isOtherLife } from '../events/life-lines.ts';
import { commandLineOf, isNoise, isStart, nodeTrailer, readMarker } from '../events/markers.ts';
import { createNearbyErrors } from '../events/nearby-errors.ts';
import { type JsonRecord, mayMatter, parseJsonLine } from '../read/json-line.ts';
import type { LogLine } from '../read/unwrap.ts';
import { type CrashError, describeError } from './crash-error.ts';
import { type EndEvent, type EndedContainer, type Ending, isRoot } from './ending.ts';
import { isAfter, isBelievable, isSure, joins, STILL_ENDING, STILL_FATAL } from './joining.ts';

export interface WriterWatch {
  take(line: LogLine): void;
  /** Adds what is known from elsewhere of the last end, and hands that on. */
  end(last: LastEnd): void;
  /** The error the log ends with, of which nothing tells whether it ended the process; "" for none. After `end`. */
  openError(): string;
}

/** What is known from elsewhere of how a writer ended. */
export interface LastEnd {
  events: readonly EndEvent[];
  container: EndedContainer | null;
  /** It runs, and has never been started anew: what it logged it survived. */
  isAlive: boolean;
}

const MOST_RECENT = 30;
const MOST_TEXT = 2_000;
interface Logged {
  event: Extract<EndEvent, { kind: 'logged' }>;
  time: string;
  linesSince: number;
  pid: number;
  /** Went on with its work: no longer its last word. */
  isSurvived: boolean;
}

export function watchWriter(
  writer: string,
  onEnding: (ending: Ending) => void,
  onLogged: (text: string) => void,
): WriterWatch {
  let recent: string[] = [];
  let block: ErrorBlock | null = null;
  let dump: string[] | null = null;
  let stack: { lines: string[]; at: number } | null = null;
  let ending: Ending | null = null;
  let logged: Logged | null = null;
  let linesSince = 0;
  let linesSeen = 0;
  let time = '';
  let commandLine = '';
  let openError = '';
  const nearby = createNearbyErrors();

  const close = () => {
    if (ending && isBelievable(ending, linesSince)) onEnding(ending);
    ending = null;
  };

  const startEnding = (): Ending => ({
    writer,
    events: [],
    firstTime: time,
    lastTime: time,
    nodeVersion: '',
    commandLine,
    tail: recent.filter((line) => line.trim() !== '').slice(-8),
    nearby: nearby.only(),
    container: null,
    isLogUnknown: false,
  });

  const tell = (event: EndEvent) => {
    // What may have been survived was survived.
    if (event.kind === 'exit' && event.code === 0 && ending && !ending.events.some(isSure)) ending = null;
    if (ending && !joins(ending, event, linesSince)) close();
    if (!ending) {
      ending = startEnding();
      if (!isRoot(event)) addLogged(ending, event);
    }
    ending.events.push(event);
    ending.lastTime = time || ending.lastTime;
    if (isRoot(event)) logged = null;
    linesSince = 0;
  };

  /** The error that the program wrote just before, when nothing better is known. */
  const addLogged = (to: Ending, event: EndEvent) => {
    const isFailure = event.kind === 'exit' && event.code !== 0 && event.signal === null;
    if (!logged || !isFailure || logged.linesSince > (logged.event.isFatal ? STILL_FATAL : STILL_ENDING))
      return;
    to.events.push(logged.event);
    to.firstTime = logged.time || to.firstTime;
    logged = null;
  };

  const log = (told: CrashError | null, message: string, isFatal: boolean, lines: string[], pid = 0) => {
    const error = told ?? (message === '' ? null : { ...emptyError(), message });
    openError = (error && describeError(error)) || (lines[0] ?? '');
    onLogged(openError);
    if (error) nearby.add(error);
    // The first of several in a row is the cause, unless a later one is graver.
    if (logged && !logged.isSurvived && logged.linesSince <= 2 && (logged.event.isFatal || !isFatal)) {
      logged.event.isLast = false;
      return;
    }
    logged = {
      event: { kind: 'logged', error, message, isFatal, isLast: true, lines: lines.slice(0, 16) },
      time,
      linesSince: 0,
      pid,
      isSurvived: false,
    };
  };

  const closeBlock = () => {
    const event = block && readBlock(block);
    const version = block?.lines.map(nodeTrailer).find((found) => found !== null);
    block = null;
    if (!event) return;
    tell(event);
    if (version) ending!.nodeVersion = version;
  };

  const closeDump = () => {
    const event = dump && readDump(dump);
    dump = null;
    if (event) tell(event);
  };

  const closeStack = () => {
    if (!stack) return;
    const { lines, at } = stack;
    stack = null;
    const before = recent.slice(-(lines.length + 3)).join('\n');
    const isFatal =
      /uncaught|unhandled ?(promise ?)?rejection|\bfatal\b|crash(ed|ing)|shutting down due/i.test(before) &&
      !/UnhandledPromiseRejectionWarning|\(node:\d+\)/.test(before);
    log(parseErrorText([stripLead(lines[0]!), ...lines.slice(1)]), '', isFatal, lines);
    // JSON lines may have gone between: another stream's, which do not end a stack.
    if (linesSeen > at) openError = '';
    if (logged) logged.linesSince += linesSeen - at;
  };

  const takeRecord = (record: JsonRecord, text: string) => {
    if (record.time !== '' && time === '') time = record.time;
    if (logged && isOtherLife(logged.pid, record.pid, recent)) reviveAfterFatal();
    const saysSo = /uncaught ?exception|unhandled ?(promise ?)?rejection/i.test(record.message);
    if (record.level === 'other' && !saysSo) return goOn(record.message, record.pid);
    log(
      record.error,
      record.message,
      record.level === 'fatal' || saysSo,
      [text.slice(0, MOST_TEXT)],
      record.pid,
    );
  };

  /** Not worth parsing, unless it may be the first word after an end. */
  const takeQuietRecord = (text: string) => {
    const isOpen = openError !== '' || (logged?.event.isFatal && !logged.isSurvived);
    if (!isOpen) return goOn('');
    const { message = '', pid = 0 } = parseJsonLine(text) ?? {};
    if (isStart(message) || (logged && isOtherLife(logged.pid, pid, recent))) reviveAfterFatal();
    goOn(message, pid);
  };

  /** A program that said it gives up, and then started anew, did end. */
  const reviveAfterFatal = () => {
    if (!logged?.event.isFatal || logged.isSurvived || logged.linesSince > 3) return;
    const { event } = logged;
    logged = null;
    close();
    onEnding({ ...startEnding(), events: [event] });
  };

  const goOn = (message: string, pid = 0) => {
    linesSince++;
    linesSeen++;
    if (!isClosing(message)) openError = '';
    nearby.goOn();
    if (!logged) return;
    logged.linesSince++;
    logged.event.isLast = false;
    // Others that write into the same log say nothing of this process.
    const isOwn = pid === 0 || logged.pid === 0 || pid === logged.pid;
    if (isOwn && !isClosing(message)) logged.isSurvived = true;
  };

  const takeText = (text: string) => {
    if (block) {
      const fit = feedBlock(block, text);
      if (fit !== 'more') closeBlock();
      if (fit === 'done' || (fit === 'more' && block && block.headLines > 0)) return;
    }
    if (dump) {
      if (continuesDump(text, dump)) return void keepDump(dump, text);
      closeDump();
    }
    if (stack) {
      if (continuesStack(text, stack.lines)) {
        stack.at = linesSeen;
        return void stack.lines.push(text);
      }
      closeStack();
    }
    if (isPlace(text)) block = { lines: [text], time, headLines: 0 };
    else if (startsDump(text)) dump = [text];
    else if (/^\s+at \S/.test(text)) startStack(text);
    else takePlain(text);
  };

  const startStack = (text: string) => {
    const head = headBefore(recent);
    stack = head < 0 ? null : { lines: [...recent.slice(head), text], at: linesSeen };
  };

  const takePlain = (text: string) => {
    const version = nodeTrailer(text);
    if (version !== null) return confirm(version);
    commandLine = commandLineOf(text) ?? commandLine;
    const marker = readMarker(text);
    if (marker) return tell(marker);
    if (isStart(text)) reviveAfterFatal();
    if (!isNoise(text)) goOn(text);
  };

  /** The trailer came apart from its error: other lines got between. */
  const confirm = (version: string) => {
    const cut = ending ? null : readCutBlock(recent);
    if (cut) tell(cut);
    const last = ending?.events.at(-1);
    if (!ending || !last || linesSince > STILL_FATAL) return;
    if ('isCertain' in last) last.isCertain = true;
    ending.nodeVersion = version;
    linesSince = 0;
  };

  /** Nothing tells of the end but the program's own last words. */
  const endByWords = () => {
    if (!logged?.event.isFatal || logged.isSurvived || logged.linesSince >= STILL_ENDING) return;
    if (ending && linesSince < STILL_ENDING) return;
    const { event } = logged;
    close();
    ending = startEnding();
    ending.events.push(event);
    linesSince = 0;
  };

  return {
    take(line) {
      if (line.time !== '') time = line.time;
      const { text } = line;
      const isJson = text.startsWith('{"') && text.endsWith('}');
      const record = isJson && mayMatter(text) ? parseJsonLine(text) : null;
      if (record) takeRecord(record, text);
      else if (isJson) takeQuietRecord(text);
      else takeText(text);
      recent.push(text.length > MOST_TEXT ? text.slice(0, MOST_TEXT) : text);
      if (recent.length > 2 * MOST_RECENT) recent = recent.slice(-MOST_RECENT);
    },
    end({ events, container, isAlive }) {
      closeBlock();
      closeDump();
      closeStack();
      if (isAlive || (logged && isAfter(logged.time, container?.finishedAt ?? ''))) logged = null;
      time = container?.finishedAt || time;
      for (const event of events) tell(event);
      if (events.length === 0) endByWords();
      if (ending) Object.assign(ending, { container, writer: ending.writer || nameOf(container) });
      if (ending || isAlive || events.length > 0) openError = '';
      close();
    },
    openError: () => openError,
  };
}

const nameOf = (container: EndedContainer | null) =>
  container ? [container.pod, container.container].filter((part) => part !== '').join('/') : '';
