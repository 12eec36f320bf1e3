// Whether the text of a file is what V8 runs: by its length, and by what stands at the places where V8 says functions begin.
import { packageOf } from '../../model/owner/package-in-path.ts';
import type { Warning } from '../../wire/warning.ts';
import type { Script } from './find-map.ts';
import { byScript, type Place, type ReadText, type ScriptPosition, scriptPath } from './script-position.ts';

/** What is evaluated has no file, and its URL does not look like one. Executables name their script as their build did. */
const FILE_LIKE = /^(?!data:)(?:[\w.+-]+:\/\/|.*[\w)\]-]\.\w{1,5}$)/;

/** URLs of the program's own scripts whose files do not account for the positions in them. */
export function scriptsInDoubt(positions: Iterable<ScriptPosition>, readText: ReadText): string[] {
  return [...byScript(positions)].flatMap(([url, wanted]) => {
    const path = scriptPath(url);
    if (packageOf(url)) return [];
    if (path === null && !FILE_LIKE.test(url)) return [];
    const text = path === null ? undefined : readText(path);
    return text !== undefined && bearsOut(text.split('\n'), wanted) ? [] : [url];
  });
}

/**
 * A line where samples of a CPU profile fell, which has no column. V8 of Node 16 to 24 counts samples in an inlined function
 * by its lines, and for the function that it was inlined into: such a line may be one of another file.
 */
const isTick = ({ column }: Pick<ScriptPosition, 'column'>): boolean => column < 0;

/** Whether the file has the text that runs, as far as can be told. */
export function isTextOf({ running, text }: Script, wanted: readonly ScriptPosition[]): boolean {
  if (text === undefined) return !running;
  const lines = text.split('\n');
  if (wanted.some((position) => !isTick(position) && position.line >= lines.length)) return false;
  if (!running || running.characters === text.length) return true;
  if (running.sourceMapUrl && !text.includes(running.sourceMapUrl)) return false;
  // Type stripping adds a comment and keeps all places: the length alone says nothing.
  return bearsOut(lines, wanted);
}

export interface FileCheck {
  /** A place as the text that runs has it, `column` as V8 gave it: without its line where the file on disk ends before it. */
  check(place: Place, of: { textLines: string[] | undefined; column: number }): Place;
  differs(path: string): void;
  differing(): string[];
}

/** `cwd`: files below it are named relative to it. */
export function differenceWarnings(differing: readonly string[] = [], cwd: string): Warning[] {
  const [first] = differing;
  if (first === undefined) return [];
  const shown = cwd !== '' && first.startsWith(`${cwd}/`) ? first.slice(cwd.length + 1) : first;
  return [{ code: 'source-differs', path: shown.slice(0, 4_000), files: differing.length }];
}

export function createFileCheck(readText: ReadText): FileCheck {
  const onDisk = new Map<string, string[] | undefined>();
  const differing = new Set<string>();
  const differs = (path: string) => void differing.add(path);
  return {
    differs,
    differing: () => [...differing],
    check(place, { textLines, column }) {
      const [path, line] = place;
      if (!onDisk.has(path)) onDisk.set(path, readText(path)?.split('\n'));
      const lines = onDisk.get(path);
      if (!lines) return place;
      const text = textLines?.[line - 1];
      if (text !== undefined && text.trim() !== lines[line - 1]?.trim() && !isTick({ column })) differs(path);
      if (line <= lines.length) return place;
      if (!isTick({ column })) differs(path);
      return [path, 0, 0];
    },
  };
}

/** A name that is given to a function stands near to it: before it, or after `get` and the like. */
const BEFORE = 200;
const AFTER = 100;
/** Names with dots are guesses of V8: "e.total.currency" stands nowhere. */
const GIVEN_NAME = /^(?:[gs]et )?([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)$/u;

/** False where a place lies beyond the end of its line or of the text, or where a named function begins that is not named there. */
export function bearsOut(lines: readonly string[], positions: readonly ScriptPosition[]): boolean {
  return positions.every((position) => fits(lines, position));
}

function fits(
  lines: readonly string[],
  { line, column, of = '', isStart, variable }: ScriptPosition,
): boolean {
  const text = lines[line];
  if (isTick({ column })) return true;
  if (text === undefined || column > text.length) return false;
  const name = GIVEN_NAME.exec(of)?.[1];
  if (!isStart || variable !== undefined || name === undefined) return true;
  const before = `${lines[line - 2] ?? ''}\n${lines[line - 1] ?? ''}\n${text.slice(0, column)}`.slice(
    -BEFORE,
  );
  if (`${before}${text.slice(column, column + AFTER)}`.includes(name)) return true;
  return isNameless(text, column) && lines.slice(0, line).some((earlier) => earlier.includes(name));
}

/**
 * A function without a name of its own: V8 names it after the variable that what it stands in is given to, such as a list, which may
 * stand any number of lines above.
 */
function isNameless(text: string, column: number): boolean {
  return (
    /(?:^|[[({,:?=>]|\bfunction\s*\*?)\s*(?:async\s*)?$/.test(text.slice(0, column)) &&
    BEGINS_FUNCTION.test(text.slice(column))
  );
}
const BEGINS_FUNCTION = /^(?:async\b|function\b|\(|[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=>)/u;
