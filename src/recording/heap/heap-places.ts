// From a place as a heap snapshot knows it to the line a person would look for: through source maps, and for a
// variable to the line that declares it, when the file is at hand.
import { readFileSync, statSync } from 'node:fs';
import type { HeapPlace } from '../../model/heap/heap-report.ts';
import { type ReadText, type ScriptPosition, scriptPath } from '../sources/script-position.ts';
import { collectSources } from '../sources/sources.ts';

const MAX_SOURCE_BYTES = 20 * 2 ** 20;

/** Changes the places: `file`, `line`, `column`, `isDeclaration`. What cannot be read stays as it was. */
export function resolveHeapPlaces(places: readonly HeapPlace[], readText: ReadText = readTextOnce()): void {
  const asked = places.map((place) => ({ place, position: positionOf(place, readText) }));
  const positions = asked.flatMap(({ position }) => (position ? [position] : []));
  const { scripts } = collectSources(positions, readText);
  for (const { place, position } of asked) {
    place.file = scriptPath(place.script) ?? place.script;
    const found = position && scripts[position.url]?.positions[`${position.line}:${position.column}`];
    if (!found) continue;
    [place.file, place.line, place.column] = found;
  }
}

/** 0-based; for a variable, where it is declared. */
function positionOf(place: HeapPlace, readText: ReadText): ScriptPosition | null {
  const path = scriptPath(place.script);
  if (path !== null && place.variable !== null) {
    const text = readText(path);
    const declared = text === undefined ? null : findDeclaration(text, place.variable, place.line);
    if (declared) {
      place.isDeclaration = true;
      return { url: place.script, ...declared };
    }
  }
  return place.line === null
    ? null
    : { url: place.script, line: place.line - 1, column: (place.column ?? 1) - 1 };
}

const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/**
 * The last declaration of a name that stands before a function that uses it (`before`, a 1-based line), or the first
 * one at all. By the words of the language alone, so a name in a comment or a text may be taken for it.
 */
export function findDeclaration(
  text: string,
  name: string,
  before: number | null,
): { line: number; column: number } | null {
  if (!IDENTIFIER.test(name) || name.length > 200) return null;
  const escaped = name.replaceAll('$', '\\$');
  const whole = `(?<![\\w$.])${escaped}(?![\\w$])`;
  const keyword = '\\b(?:const|let|var|class|function\\*?|import)\\b';
  const at =
    lastBefore(text, name, new RegExp(`${keyword}[^;=()]{0,400}?[\\s,{[*]${whole}`, 'gu'), before) ??
    // One of several in a declaration: a value stands between the keyword and the name.
    lastBefore(text, name, new RegExp(`,[ \\t]*\\n\\s*${whole}(?=\\s*=[^=>])`, 'gu'), before);
  if (at === null) return null;
  let line = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) line += 1;
  return { line, column: at - lineStart(text, at) };
}

/**
 * Where the name stands in the match that is indented least, and of those in the last one before the end of a line; in
 * the first match of all when none is before it.
 */
function lastBefore(text: string, name: string, pattern: RegExp, before: number | null): number | null {
  const limit = before === null ? text.length : offsetOfLine(text, before + 1);
  let found: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const match of text.matchAll(pattern)) {
    const at = match.index + match[0].length - name.length;
    if (at >= limit) return found ?? at;
    const indent = indentAt(text, match.index);
    if (indent < least || (indent === least && before !== null)) {
      found = at;
      least = indent;
    }
  }
  return found;
}

function indentAt(text: string, offset: number): number {
  const start = lineStart(text, offset);
  let at = start;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at - start;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function offsetOfLine(text: string, line: number): number {
  let at = 0;
  for (let i = 1; i < line; i += 1) {
    const next = text.indexOf('\n', at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return at;
}

function readTextOnce(): ReadText {
  const texts = new Map<string, string | undefined>();
  return (path) => {
    if (!texts.has(path)) texts.set(path, readSource(path));
    return texts.get(path);
  };
}

function readSource(path: string): string | undefined {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= MAX_SOURCE_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
