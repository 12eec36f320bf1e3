// Positions in scripts as V8 gives them, places in files as people name them, and how the text of a file is read.
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A position in a script as V8 gives it: 0-based line and column; column -1 means "somewhere in that line". */
export interface ScriptPosition {
  url: string;
  line: number;
  column: number;
  /** V8's name of the function that it is in. */
  of?: string;
  /** That function begins there. */
  isStart?: boolean;
  /** A variable that this function closes over. */
  variable?: string;
}

/** A place in a file, 1-based. Line and column are 0 where the file has no such line. */
export type Place = [path: string, line: number, column: number];

/** Reads a text file of the target; undefined when it cannot be read. */
export type ReadText = (path: string) => string | undefined;

export function byScript(positions: Iterable<ScriptPosition>): Map<string, ScriptPosition[]> {
  const found = new Map<string, ScriptPosition[]>();
  for (const position of positions) {
    const list = found.get(position.url);
    if (list) list.push(position);
    else found.set(position.url, [position]);
  }
  return found;
}

/** Of a function or a variable in `names` of a script. */
export function nameKey({ line, column, of = '', variable }: Omit<ScriptPosition, 'url'>): string {
  return `${line}:${column}:${of}${variable === undefined ? '' : `:${variable}`}`;
}

/** The file behind a script URL: `file:` URLs (ES modules) and absolute paths (CommonJS); null for all else. */
export function scriptPath(url: string): string | null {
  if (url.startsWith('file://')) {
    try {
      return fileURLToPath(url);
    } catch {
      return null;
    }
  }
  return isAbsolute(url) ? url : null;
}
