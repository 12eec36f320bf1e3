// What listeners of fatal events do, recognised by their source text; the text itself stays in the target.
import { isOfWords, isWord } from '../../../model/owner/ascii.ts';
import type { FatalHandlers } from '../../../model/settings/settings.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';

const MAX_LISTENERS = 50;
const LONGEST_TEXT = 20_000;
const LONGEST_JUDGED = 2_000;
const ENDING_CALLS = ['exit', 'abort', 'kill', 'reallyExit'];
const LOGS = ['log', 'Log', 'logger', 'Logger'];
const BEFORE_CALLS = ['await ', 'void ', 'return '];
const EMPTY_STATEMENTS = ['', 'undefined', 'null', 'return', 'void 0', '{}', '{ }'];

export function countHandlers({ listenersOf }: DataReads, event: string): number {
  return listenersOf(process, event, MAX_LISTENERS).length;
}

export function readHandlers({ listenersOf }: DataReads, event: string): FatalHandlers {
  const texts = listenersOf(process, event, MAX_LISTENERS).map(codeOf);
  return {
    count: texts.length,
    swallowing: texts.filter(onlyLogs).length,
    ending: texts.filter(ends).length,
  };
}

/** Without its comments. */
function codeOf(listener: object): string {
  const text = Function.prototype.toString.call(listener).slice(0, LONGEST_TEXT);
  let code = '';
  let at = 0;
  while (at < text.length) {
    const comment = nextComment(text, at);
    code += text.slice(at, comment.from);
    at = comment.to;
  }
  return code;
}

function nextComment(text: string, at: number): { from: number; to: number } {
  const ends = { '/*': '*/', '//': '\n' } as const;
  const found = (['/*', '//'] as const)
    .map((mark) => ({ mark, from: text.indexOf(mark, at) }))
    .filter(({ from }) => from >= 0)
    .sort((a, b) => a.from - b.from)[0];
  if (!found) return { from: text.length, to: text.length };
  const end = text.indexOf(ends[found.mark], found.from + 2);
  if (end < 0) return { from: found.from, to: text.length };
  return { from: found.from, to: found.mark === '/*' ? end + 2 : end };
}

/** It calls what ends the process, throws, or sets an exit code. */
function ends(text: string): boolean {
  const tokens = tokensOf(text);
  return tokens.some(
    (token, i) =>
      token === 'throw' ||
      (ENDING_CALLS.includes(token) && tokens[i + 1] === '(') ||
      (token === 'exitCode' && tokens[i + 1] === '='),
  );
}

/** Words, and each character that is neither of a word nor a space. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let word = '';
  for (const char of text) {
    if (isOfWords(char)) {
      word += char;
      continue;
    }
    if (word !== '') tokens.push(word);
    word = '';
    if (char.trim() !== '') tokens.push(char);
  }
  if (word !== '') tokens.push(word);
  return tokens;
}

/** Nothing but calls that log, between the braces or behind the arrow. Long ones are not judged. */
function onlyLogs(text: string): boolean {
  if (text === '' || text.length > LONGEST_JUDGED) return false;
  const statements = bodyOf(text.trim())?.split(';').join('\n').split('\n');
  return statements?.every((statement) => isLogOrNothing(statement.trim())) ?? false;
}

/** Undefined for what is neither a function nor an arrow function. */
function bodyOf(text: string): string | undefined {
  const [first, second] = tokensOf(text.slice(0, 100));
  const isFunction = first === 'function' || (first === 'async' && second === 'function');
  const at = isFunction ? text.indexOf('{') : text.indexOf('=>') + '=>'.length;
  if (at < '=>'.length) return undefined;
  const rest = text.slice(at).trim();
  return rest.startsWith('{') && rest.endsWith('}') ? rest.slice(1, -1) : rest;
}

function isLogOrNothing(statement: string): boolean {
  if (EMPTY_STATEMENTS.includes(statement)) return true;
  const before = BEFORE_CALLS.find((word) => statement.startsWith(word)) ?? '';
  const call = statement.slice(before.length);
  const [called = ''] = call.split('(', 1);
  const words = called.split('.');
  const [logger = ''] = words;
  const isLogger = logger === 'console' || LOGS.some((name) => logger.endsWith(name));
  return call.endsWith(')') && called !== call && isLogger && words.every((word) => isWord(word));
}
