// What the source calls a function or a variable that a minifier has renamed: by the names in the source map, which belong to
// identifiers in the text that runs.
import { decodedMappings, type TraceMap, traceSegment } from '@jridgewell/trace-mapping';
import type { ScriptPosition } from './script-position.ts';
import { readWords, type ScriptWords, usesOfVariable } from './variable-uses.ts';

/** Between a function's name and where V8 says it begins: `o(`, `o=(`, `o=function(`. */
const GAPS_WITHOUT_TEXT = [0, 1, 9];
const LONGEST_GAP = 24;
/** How far away a declaration or a use is looked for, in characters of one line. */
const REACH = 100_000;
const LAST_NAME = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;
const FIRST_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/u;
const KEYWORD =
  /^(?:abstract|async|await|class|const|default|export|false|for|function|get|if|import|let|new|null|private|protected|public|readonly|return|set|static|this|true|typeof|undefined|var|void|yield)$/;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

export interface NamedMap {
  map: TraceMap;
  /** The text of a source by its number in the map; undefined where nobody has it. */
  sourceLines(source: number): readonly string[] | undefined;
}

/** Null: it has no other name. `lines` is the text that runs; undefined where nobody has it. */
export function originalName(
  { map, sourceLines }: NamedMap,
  position: ScriptPosition,
  lines: readonly string[] | undefined,
): string | null {
  const { line, of = '', variable } = position;
  if (of === '' && variable === undefined && position.isStart)
    return inlinedDeclaration({ map, sourceLines }, position, lines?.[line])?.name ?? null;
  const name = variable ?? LAST_NAME.exec(of)?.[0];
  if (name === undefined || !IDENTIFIER.test(name)) return null;
  const text = lines?.[line];
  const nameAt = (column: number) => namedAt({ map, sourceLines }, line, column);
  const found =
    variable !== undefined
      ? variableName(lines ?? [], { ...position, name }, (at, column) =>
          namedAt({ map, sourceLines }, at, column),
        )
      : position.isStart
        ? (nameBefore(text, { ...position, name }, nameAt) ??
          declaredName(text, { ...position, name }, nameAt))
        : declaredName(text, { ...position, name }, nameAt);
  if (found === null || found === name) return null;
  return variable === undefined ? `${of.slice(0, of.length - name.length)}${found}` : found;
}

type NameAt = (column: number) => string | null;

interface Named {
  column: number;
  name: string;
}

/** The name of the identifier that begins right there: of the map's names, else as it stands in the source. */
function namedAt({ map, sourceLines }: NamedMap, line: number, column: number): string | null {
  const segment = column < 0 ? null : traceSegment(map, line, column);
  if (!segment || segment.length === 1 || segment[0] !== column) return null;
  if (segment.length === 5) return map.names[segment[4]] ?? null;
  const [, source, sourceLine, sourceColumn] = segment;
  const word = FIRST_NAME.exec(sourceLines(source)?.[sourceLine]?.slice(sourceColumn) ?? '')?.[0];
  return word === undefined || KEYWORD.test(word) ? null : word;
}

const FUNCTION_BEFORE = /(?:\basync\s+)?\bfunction\s*\*?\s*$/;
const DECLARATION = /^(?:async\s+)?function\s*\*?\s*([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)/u;

/**
 * Where the word `function` stands, if V8 says that a function without a name begins after it and the map knows that very place: what
 * is between the two may be mapped to the code that was around it. Null elsewhere.
 */
export function keywordColumn(
  map: TraceMap,
  { line, column }: Pick<ScriptPosition, 'line' | 'column'>,
  text: string | undefined,
): number | null {
  const head =
    text === undefined
      ? 'function'
      : FUNCTION_BEFORE.exec(text.slice(Math.max(0, column - LONGEST_GAP), Math.max(0, column)))?.[0];
  if (head === undefined || column < head.length) return null;
  const segment = traceSegment(map, line, column - head.length);
  return segment && segment.length > 1 && segment[0] === column - head.length ? segment[0] : null;
}

/**
 * A minifier writes a function that is called from one place only as an expression without a name; the map still leads to its declaration, in
 * some maps beside the call.
 */
export function inlinedDeclaration(
  { map, sourceLines }: NamedMap,
  { line, column }: Pick<ScriptPosition, 'line' | 'column'>,
  text: string | undefined,
): { source: number; line: number; column: number; name: string } | null {
  const at = keywordColumn(map, { line, column }, text);
  if (at === null) return null;
  const segments = decodedMappings(map)[line] ?? [];
  for (let i = firstAt(segments, at); segments[i]?.[0] === at; i++) {
    const segment = segments[i]!;
    if (segment.length === 1) continue;
    const [, source, sourceLine, sourceColumn] = segment;
    const name = DECLARATION.exec(sourceLines(source)?.[sourceLine]?.slice(sourceColumn) ?? '')?.[1];
    if (name !== undefined) return { source, line: sourceLine, column: sourceColumn, name };
  }
  return null;
}

/** Of segments in the order of their columns, the first that is not before the column. */
function firstAt(segments: readonly (readonly number[])[], column: number): number {
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle]![0]! < column) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nameBefore(text: string | undefined, { column, name }: Named, nameAt: NameAt): string | null {
  const gaps = text === undefined ? GAPS_WITHOUT_TEXT : Array.from({ length: LONGEST_GAP }, (_, i) => i);
  for (const gap of gaps) {
    const at = column - gap - name.length;
    if (text !== undefined && text.slice(at, at + name.length) !== name) continue;
    const found = nameAt(at);
    if (found !== null) return found;
  }
  return null;
}

/** Of the last function before the place that has this name. */
function declaredName(text: string | undefined, { column, name }: Named, nameAt: NameAt): string | null {
  if (text === undefined || column < 0) return null;
  const escaped = name.replaceAll('$', '\\$');
  const pattern = new RegExp(
    `(?<=\\b(?:function\\*?|class)\\s+)${escaped}(?![\\w$])|(?<![\\w$.])${escaped}(?=\\s*[=:]\\s*(?:async\\b\\s*)?(?:function\\b|class\\b|\\(|[\\w$]+\\s*=>))`,
    'g',
  );
  const from = Math.max(0, column - REACH);
  let found: string | null = null;
  for (const { index } of text.slice(from, column).matchAll(pattern)) found = nameAt(from + index) ?? found;
  return found;
}

/** Joined and cut into words once for each script. */
const wordsOf = new WeakMap<readonly string[], ScriptWords | null>();

/** What a function closes over is used within it, or declared around it. */
function variableName(
  lines: readonly string[],
  { line, column, name }: Named & { line: number },
  nameAt: (line: number, column: number) => string | null,
): string | null {
  if (column < 0) return null;
  if (!wordsOf.has(lines)) wordsOf.set(lines, readWords(lines.join('\n')));
  const words = wordsOf.get(lines);
  if (!words) return null;
  const starts = startsOf(lines);
  for (const at of usesOfVariable(words, starts[line]! + column, name)) {
    const onLine = starts.filter((start) => start <= at).length - 1;
    const found = nameAt(onLine, at - starts[onLine]!);
    if (found !== null) return found;
  }
  return null;
}

function startsOf(lines: readonly string[]): number[] {
  let at = 0;
  return lines.map(({ length }) => {
    const start = at;
    at += length + 1;
    return start;
  });
}
