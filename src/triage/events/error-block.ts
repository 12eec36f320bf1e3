// The text that Node prints for an error that nobody caught: place, source line, caret, error, "Node.js v22.3.0".
// And stacks that a program printed by itself. Both are collected line by line.

import { plainPath } from '../../model/owner.ts';
import type { EndEvent } from '../ends/ending.ts';
import { isErrorHead, parseErrorText } from './error-text.ts';
import { nodeTrailer } from './markers.ts';

/** "/app/app.js:3", "file:///app/app.mjs:3", "node:events:497", "[eval]:1". */
const PLACE =
  /^(?:(?:\/|file:|[A-Za-z]:[\\/]).{0,1000}\.\w{1,5}|\S{1,1000}\.\w{1,5}|node:[\w/.-]+|\[eval\d*\]|\[stdin\]|evalmachine\.\S+|\[\w+[^\]]*\]):\d+$/;
const CARET = /^\s*\^+\s*$/;
const GOES_ON = /^(?:\s|$|[}\])]|Emitted |Thrown at:|Caused by|caused by|\(Use )/;
const MOST_LINES = 400;
const MOST_SOURCE_LINES = 4;

export const isPlace = (line: string) => line.length < 1_100 && PLACE.test(line);

export interface ErrorBlock {
  /** Place, source line and caret, then the error. */
  lines: string[];
  time: string;
  /** Lines up to the caret; 0 until it came. */
  headLines: number;
}

/** Puts a line in. "more": it belongs there; "done": it was the last one; "not": it does not belong there. */
export function feedBlock(block: ErrorBlock, line: string): 'more' | 'done' | 'not' {
  if (block.headLines === 0) {
    if (block.lines.length > MOST_SOURCE_LINES) return 'not';
    block.lines.push(line);
    if (CARET.test(line) && block.lines.length > 2) block.headLines = block.lines.length;
    return 'more';
  }
  if (nodeTrailer(line) !== null) {
    block.lines.push(line);
    return 'done';
  }
  const hasStack = block.lines.some((each, i) => i >= block.headLines && /^\s+at /.test(each));
  if (block.lines.length >= MOST_LINES || (hasStack && !GOES_ON.test(line))) return 'not';
  block.lines.push(line);
  return 'more';
}

/** null when it was no such text after all. */
export function readBlock(block: ErrorBlock): Extract<EndEvent, { kind: 'uncaught' }> | null {
  if (block.headLines === 0) return null;
  const body = block.lines.slice(block.headLines).filter((line) => nodeTrailer(line) === null);
  const start = body.findIndex((line) => line.trim() !== '');
  if (start < 0) return null;
  const error = parseErrorText(body.slice(start));
  const hasTrailer = block.lines.some((line) => nodeTrailer(line) !== null);
  const head = block.lines.slice(0, block.headLines).join('\n');
  const isThrownByNode = /throw er;|triggerUncaughtException|node:internal\/process/.test(head);
  const isPlain =
    /^(\S.*\.[cm]?js|node:.*):\d+$/.test(block.lines[0]!) &&
    error.name !== 'SyntaxError' &&
    error.name !== '';
  return {
    kind: 'uncaught',
    error,
    isRejection: /triggerUncaughtException|UnhandledPromiseRejection|throwUnhandledRejections/.test(head),
    place: plainPath(block.lines[0]!),
    isCertain: hasTrailer || isThrownByNode || isPlain,
    lines: shown(block.lines),
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
export const continuesStack = (line: string, lines: readonly string[]) =>
  lines.length < MOST_LINES && GOES_ON.test(line) && !(line.trim() === '' && !/\{$/.test(lines.at(-1) ?? ''));

/** Where an error starts whose first "at" line comes after `recent`: at most 6 lines before; -1 is unknown. */
export function headBefore(recent: readonly string[]): number {
  for (let i = recent.length - 1; i >= Math.max(0, recent.length - 6); i--)
    if (isErrorHead(stripLead(recent[i]!))) return i;
  return -1;
}

/** "[error] 12:01 Error: x" -> "Error: x": loggers put their words before the error. */
export const stripLead = (line: string) =>
  line.replace(/^.{0,200}?(?=\b(?:[A-Z][A-Za-z]*)?(?:Error|Exception)\b(?:: | \[|$))/, '').trim();

function shown(lines: string[]): string[] {
  return lines.filter((line) => line.trim() !== '' && !/^\s+at .*\(?node:internal/.test(line)).slice(0, 24);
}
