// What a source map makes of the positions in its script: places in the files people wrote, their text, owners and names.
import { packageInPath, packageOf } from '../../model/owner/package-in-path.ts';
import type { FileCheck } from './file-check.ts';
import { nameKey, type Place, type ScriptPosition } from './script-position.ts';

/** A source map, opened. */
export interface SourceMap {
  /** Of a 0-based position in the script; column -1 is the line. Null where nothing is mapped. `isStart`: a function without a name begins there. */
  originalOf(line: number, column: number, isStart?: boolean): Place | null;
  /** Whether the map begins after this position: the compiler put there what no source has. */
  isBefore(line: number, column: number): boolean;
  /** The text of a source named by `originalOf`, in lines; `text` is that of the map, where it has one. */
  linesOf(source: string): string[] | undefined;
  /** What the source calls the function, or the variable, at a position; null where it is called so there, too. */
  nameOf(position: ScriptPosition): string | null;
  /** Whether the map calls a source somebody else's. */
  isIgnored(source: string): boolean;
}

/** What one script is and what its asked-for positions mean. */
export interface ScriptSource {
  /** Absolute path of the script; null when it has none (eval, data:). */
  path: string | null;
  /** `name@version` of the package the script belongs to; null for the application's own. */
  package: string | null;
  /** "line:column" (0-based, as asked) -> place in the source file: absolute path, 1-based line and column. */
  positions: Record<string, Place>;
  /** "line:column:name" of a function, "line:column:function:name" of a variable -> what its source calls it, where it differs. */
  names?: Record<string, string>;
  /** "line:column" of functions that the compiler added, such as helpers of a bundler: they stand in no source. */
  added?: string[];
}

export interface Sources {
  /** By script URL. */
  scripts: Record<string, ScriptSource>;
  /** "path:line" (1-based) -> the text of that line, cut. */
  lines: Record<string, string>;
  /** Files whose text is not what runs. */
  differing?: string[];
  /** Sources that their maps call somebody else's. */
  ignored?: string[];
  /** Path of a source in a bundle -> `name@version` of its package. */
  packages?: Record<string, string>;
}

export interface Into {
  sources: Sources;
  inFiles?: FileCheck;
  packageAt(path: string): string | null;
}

/** Puts the places that a map knows in the stead of those in its script, and the names that it gives. */
export function placeInSources(
  { wanted, map }: { wanted: readonly ScriptPosition[]; map: SourceMap },
  source: ScriptSource,
  { sources, inFiles, packageAt }: Into,
): void {
  for (const { line, column, of, isStart, variable } of wanted) {
    if (of && variable === undefined && column >= 0 && map.isBefore(line, column)) {
      source.added ??= [];
      source.added.push(`${line}:${column}`);
      continue;
    }
    const original = map.originalOf(line, column, isStart === true && of === undefined);
    if (!original) continue;
    const path = original[0];
    if (isLeftBehind(path, source)) continue;
    const place = inFiles?.check(original, { textLines: map.linesOf(path), column }) ?? original;
    source.positions[`${line}:${column}`] = place;
    const textLines = map.linesOf(path);
    noteLine(sources.lines, place, textLines, original[2] - 1);
    // V8 tells no lines inside of a line: of minified code the function is all that is known of a sample.
    if (isStart && column > MAX_LINE_TEXT) noteFunction(sources.lines, place, textLines);
    noteOwner(sources, path, { map, packageAt });
  }
  noteNames(source, wanted, map);
}

/**
 * A package that brings no sources has a map that leads out of it, as to "../../src/a.ts": that is no file of the program, and where it
 * leads to "node_modules/src/a.ts", none of a package.
 */
function isLeftBehind(path: string, { package: name, path: script }: ScriptSource): boolean {
  // Builds keep what they make of the program in folders such as node_modules/.cache.
  if (name === null || name.startsWith('.')) return false;
  const isOwn = script !== null && packageOf(script)?.folder === packageOf(path)?.folder;
  return !isOwn && packageInPath(path) === null;
}

function noteNames(source: ScriptSource, wanted: readonly ScriptPosition[], map: SourceMap): void {
  const known: (ScriptPosition & { original: string })[] = [];
  const note = (position: ScriptPosition, original: string | undefined | null) => {
    if (!original) return;
    source.names ??= Object.create(null) as Record<string, string>;
    source.names[nameKey(position)] = original;
    if (position.variable === undefined) known.push({ ...position, original });
  };
  for (const position of wanted) if (position.isStart) note(position, map.nameOf(position));
  const isBefore = (a: ScriptPosition, b: ScriptPosition) =>
    a.line < b.line || (a.line === b.line && a.column <= b.column);
  for (const position of wanted) {
    if (position.isStart) continue;
    const { of } = position;
    if (of === undefined) {
      note(position, map.nameOf(position));
      continue;
    }
    // Without the text: the function of that name that begins last before the place.
    const around = known
      .filter((start) => start.isStart && start.of === of && isBefore(start, position))
      .sort((a, b) => (isBefore(a, b) ? 1 : -1))[0];
    note(position, map.nameOf(position) ?? around?.original);
  }
}

function noteOwner(
  sources: Sources,
  path: string,
  { map, packageAt }: { map: SourceMap; packageAt(path: string): string | null },
): void {
  const found = packageAt(path);
  if (found) {
    sources.packages ??= Object.create(null) as Record<string, string>;
    sources.packages[path] = found;
  } else if (map.isIgnored(path)) sources.ignored = [...new Set([...(sources.ignored ?? []), path])];
}

const MAX_LINE_TEXT = 300;

/** Keeps the text of the line of `place`: of a very long (minified) one the part around the column, 0-based. */
export function noteLine(
  lines: Record<string, string>,
  place: Place,
  textLines: string[] | undefined,
  column: number,
): void {
  const text = textLines?.[place[1] - 1];
  if (text === undefined) return;
  const start = text.length > MAX_LINE_TEXT ? Math.max(0, column - 60) : 0;
  lines[`${place[0]}:${place[1]}`] = text.slice(start, start + MAX_LINE_TEXT).trim();
}

/** A longer function does several things: its text would tell any of them. */
const MOST_LINES = 12;

/** Keeps the text of a short function that begins at `place` in place of that of its first line. */
function noteFunction(lines: Record<string, string>, place: Place, textLines: string[] | undefined): void {
  const at = place[1] - 1;
  const first = textLines?.[at];
  if (!textLines || first === undefined) return;
  const end = textLines.findIndex(
    (text, i) => i > at && text.trim() !== '' && indentOf(text) <= indentOf(first),
  );
  if (end < 0 || end - at >= MOST_LINES || !textLines[end]!.trim().startsWith('}')) return;
  const body = textLines.slice(at, end + 1).map((text) => text.trim());
  lines[`${place[0]}:${place[1]}`] = body.join(' ').slice(0, MAX_LINE_TEXT);
}

const indentOf = (text: string) => text.length - text.trimStart().length;
