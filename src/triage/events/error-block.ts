// The text that Node prints for an uncaught error: place, source line, caret, error, "Node.js v22.3.0". And stacks that a
// program printed by itself. Both are collected line by line.

import { plainPath } from '../../model/owner/owner.ts';
import type { EndEvent } from '../ends/ending.ts';
import { addLine, type LineList, linesIn } from '../read/line-list.ts';
import { isErrorHead, parseErrorText } from './error-text.ts';
import { nodeTrailer } from './words.ts';

/** "/app/app.js:3", "file:///app/app.mjs:3", "node:events:497", "[eval]:1". */
const PLACE =
  /^(?:(?:\/|file:|[A-Za-z]:[\\/]).{0,1000}\.\w{1,5}|\S{1,1000}\.\w{1,5}|node:[\w/.-]+|\[eval\d*\]|\[stdin\]|evalmachine\.\S+|\[\w+[^\]]*\]):\d+$/;
const CARET = /^\s*\^+\s*$/;
const GOES_ON = /^(?:\s|$|[}\])]|Emitted |Thrown at:|Caused by|caused by|\(Use )/;
const MOST_LINES = 400;
const MOST_SOURCE_LINES = 4;

export const isPlace = (line: string) => line.length < 1_100 && PLACE.test(line);

export type ErrorBlock =
  | { state: 'none' }
  /** Place and source lines: an error only when a caret comes. */
  | { state: 'source'; lines: LineList }
  /** After the caret, which is the last of the first `headLines`. */
  | { state: 'error'; lines: LineList; headLines: number; hasStack: boolean };

/** "more": the line belongs there; "done": it was the last one; "not": it does not belong there. */
export interface Fed {
  fit: 'more' | 'done' | 'not';
  block: ErrorBlock;
}

/** Puts a line in. */
export function feedBlock(block: Exclude<ErrorBlock, { state: 'none' }>, line: string): Fed {
  return block.state === 'source' ? feedSource(block, line) : feedError(block, line);
}

function feedSource(block: Extract<ErrorBlock, { state: 'source' }>, line: string): Fed {
  if (block.lines.count > MOST_SOURCE_LINES) return { fit: 'not', block };
  const lines = addLine(block.lines, line);
  const isCaret = CARET.test(line) && lines.count > 2;
  return {
    fit: 'more',
    block: isCaret
      ? { state: 'error', lines, headLines: lines.count, hasStack: false }
      : { state: 'source', lines },
  };
}

function feedError(block: Extract<ErrorBlock, { state: 'error' }>, line: string): Fed {
  const grown: ErrorBlock = {
    state: 'error',
    lines: addLine(block.lines, line),
    headLines: block.headLines,
    hasStack: block.hasStack || /^\s+at /.test(line),
  };
  if (nodeTrailer(line) !== null) return { fit: 'done', block: grown };
  const isOther = block.lines.count >= MOST_LINES || (block.hasStack && !GOES_ON.test(line));
  return isOther ? { fit: 'not', block } : { fit: 'more', block: grown };
}

/** null when it was no such text after all. */
export function readBlock(block: ErrorBlock): Extract<EndEvent, { kind: 'uncaught' }> | null {
  if (block.state !== 'error') return null;
  const lines = linesIn(block.lines);
  const body = lines.slice(block.headLines).filter((line) => nodeTrailer(line) === null);
  const start = body.findIndex((line) => line.trim() !== '');
  if (start < 0) return null;
  const error = parseErrorText(body.slice(start));
  const hasTrailer = lines.some((line) => nodeTrailer(line) !== null);
  const head = lines.slice(0, block.headLines).join('\n');
  const isThrownByNode = /throw er;|triggerUncaughtException|node:internal\/process/.test(head);
  const isPlain =
    /^(\S.*\.[cm]?js|node:.*):\d+$/.test(lines[0]!) && error.name !== 'SyntaxError' && error.name !== '';
  return {
    kind: 'uncaught',
    error,
    isRejection: /triggerUncaughtException|UnhandledPromiseRejection|throwUnhandledRejections/.test(head),
    place: plainPath(lines[0]!),
    isCertain: hasTrailer || isThrownByNode || isPlain,
    lines: shown(lines),
  };
}

/** What is left of such a text when the log begins inside its stack; null when no stack stands before the trailer. */
export function readCutBlock(recent: readonly string[]): Extract<EndEvent, { kind: 'uncaught' }> | null {
  const filled = recent.filter((line) => line.trim() !== '').slice(-14);
  const start = filled.findLastIndex((line) => !/^\s|^\}/.test(line)) + 1;
  const lines = filled.slice(start);
  if (!lines.some((line) => /^\s+at \S/.test(line))) return null;
  const error = parseErrorText(['', ...lines]);
  error.message = 'its message is not in the log, which begins after it';
  return { kind: 'uncaught', error, isRejection: false, place: '', isCertain: true, lines };
}

/** Whether a line continues a stack that a program printed. */
export const continuesStack = (line: string, { count, newest }: LineList) =>
  count < MOST_LINES && GOES_ON.test(line) && !(line.trim() === '' && !/\{$/.test(newest?.text ?? ''));

/** The head of an error is at most so many lines before its first "at" line. */
export const MOST_HEAD_LINES = 6;

/** Where in the last lines an error starts whose first "at" line comes next; -1 is unknown. */
export const headBefore = (last: readonly string[]): number =>
  last.findLastIndex((line) => isErrorHead(stripLead(line)));

/** "[error] 12:01 Error: x" -> "Error: x": loggers put their words before the error. */
export const stripLead = (line: string) =>
  line.replace(/^.{0,200}?(?=\b(?:[A-Z][A-Za-z]*)?(?:Error|Exception)\b(?:: | \[|$))/, '').trim();

function shown(lines: readonly string[]): string[] {
  return lines.filter((line) => line.trim() !== '' && !/^\s+at .*\(?node:internal/.test(line)).slice(0, 24);
}
