// V8's own words in a snapshot's strings, found in one pass: decoding a name for every edge of a big heap would take
// longer than all the rest.
import type { HeapGraph } from '../../../model/heap/heap-graph.ts';

const WORDS = [
  'table',
  'context',
  'previous',
  'extension',
  'elements',
  'properties',
  'buffer',
  'backing_store',
  'function',
  'parameters_and_registers',
  'reactions_or_result',
  'native_to_javascript',
  'global_object',
  'value',
  'first',
  'second',
  'parent',
  'shared',
  'script',
  'script_or_debug_info',
  'bound_function',
  'bound_this',
  'map',
  '__proto__',
  'constructor',
  'prototype',
  'filename',
  'exports',
  'next',
  '_idleNext',
  '_idlePrev',
  '_events',
  '_onTimeout',
  'callback',
  'code',
  'listener',
  'process',
  'Generator',
  'Object',
  'Array',
  'Module',
  'Promise',
  'Listener',
  'TimersList',
  'Timeout',
  'system / Context',
  'system / NativeContext',
  'system / PromiseReaction',
  'system / SourceTextModule',
  'system / Cell',
  'system / Hole',
  'hole',
  '<symbol kEvents>',
  'HTMLDocument',
  '#document',
  'V8EventListener',
  'blink::EventTargetData',
  'GlobalObject',
  'ModuleRecord',
  'JSLexicalEnvironment',
  'Cell Butterfly',
] as const;

export type Word = (typeof WORDS)[number];

/** By string index: the place of the word in WORDS and 1 more; 0 for every other string. */
export type WordIndex = Uint8Array;

const NUMBERS = new Map<Word, number>(WORDS.map((word, index) => [word, index + 1]));

/** A whole number, as V8 names the slots of its tables. */
const SLOT = 254;
/** "system / PropertyCell" and others of V8's own that are none of the words above. */
const SYSTEM = 252;
/** "Window [JSGlobalObject] / https://example.org". */
const GLOBAL = 253;
/** "7 / part of key (A @1) -> value (B @2) pair in WeakMap (table @3)". */
const EPHEMERON = 255;
const EPHEMERON_MARK = ' / part of key (';
const SYSTEM_MARK = 'system / ';
const GLOBAL_MARK = ' [JSGlobalObject]';
/** Since V8 15 their names go on: "system / Context / scope @457". */
const CONTINUED: Word[] = ['system / Context', 'system / NativeContext'];

export function indexWords(graph: HeapGraph): WordIndex {
  const byLength: { bytes: Uint8Array; number: number }[][] = [];
  for (const [word, number] of NUMBERS) {
    const list = byLength[word.length] ?? [];
    list.push({ bytes: new TextEncoder().encode(word), number });
    byLength[word.length] = list;
  }
  const index = new Uint8Array(graph.stringCount);
  for (let i = 0; i < index.length; i += 1) {
    const bytes = graph.stringBytes(i);
    const digits = countDigits(bytes);
    if (digits > 0) {
      if (digits === bytes.length) index[i] = SLOT;
      else if (startsWith(bytes, EPHEMERON_MARK, digits)) index[i] = EPHEMERON;
      continue;
    }
    const candidates = byLength[bytes.length];
    const found = candidates?.find((candidate) => isEqual(candidate.bytes, bytes));
    if (found) index[i] = found.number;
    else if (startsWith(bytes, SYSTEM_MARK, 0)) index[i] = systemWord(bytes);
    else if (hasGlobalMark(bytes)) index[i] = GLOBAL;
  }
  return index;
}

function systemWord(bytes: Uint8Array): number {
  const word = CONTINUED.find((known) => startsWith(bytes, `${known} / `, 0));
  return word ? numberOf(word) : SYSTEM;
}

const BRACKET = 0x5b;

function hasGlobalMark(bytes: Uint8Array): boolean {
  const at = bytes.indexOf(BRACKET) - 1;
  return at > 0 && startsWith(bytes, GLOBAL_MARK, at);
}

export function numberOf(word: Word): number {
  return NUMBERS.get(word)!;
}

export function wordOf(number: number): Word | null {
  return WORDS[number - 1] ?? null;
}

export const isSystem = (number: number) => number === SYSTEM;
export const isGlobalName = (number: number) => number === GLOBAL;
export const isSlot = (number: number) => number === SLOT;
export const isEphemeronName = (number: number) => number === EPHEMERON;

function countDigits(bytes: Uint8Array): number {
  let count = 0;
  while (count < bytes.length && bytes[count]! >= 48 && bytes[count]! <= 57) count += 1;
  return count;
}

function startsWith(bytes: Uint8Array, text: string, from: number): boolean {
  if (bytes.length < from + text.length) return false;
  for (let i = 0; i < text.length; i += 1) if (bytes[from + i] !== text.charCodeAt(i)) return false;
  return true;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
