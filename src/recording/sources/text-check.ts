// Whether a text can be what V8 runs, by what stands at the places where V8 says functions begin.
import type { ScriptPosition } from './script-places.ts';

/** A name that is given to a function stands near to it: before it, or after `get` and the like. */
const BEFORE = 200;
const AFTER = 100;
const LAST_NAME = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** False where a place lies beyond the end of its line or of the text, or where a named function begins that is not named there. */
export function bearsOut(lines: readonly string[], positions: readonly ScriptPosition[]): boolean {
  return positions.every((position) => fits(lines, position));
}

function fits(
  lines: readonly string[],
  { line, column, of = '', isStart, variable }: ScriptPosition,
): boolean {
  const text = lines[line];
  if (text === undefined || column > text.length) return false;
  const name = LAST_NAME.exec(of)?.[0];
  if (!isStart || variable !== undefined || name === undefined || column < 0) return true;
  const before = `${lines[line - 2] ?? ''}\n${lines[line - 1] ?? ''}\n${text.slice(0, column)}`.slice(
    -BEFORE,
  );
  return `${before}${text.slice(column, column + AFTER)}`.includes(name);
}
