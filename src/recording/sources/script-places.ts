// What the positions in a recording mean in the scripts they are in: whose package, and the text of the lines in question;
// with something that opens source maps, the places in the files people wrote. Needs no package, so that it runs in a pod.
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PackageInPath, packageOf } from '../../model/owner.ts';

/** A position in a script as V8 gives it: 0-based line and column; column -1 means "somewhere in that line". */
export interface ScriptPosition {
  url: string;
  line: number;
  column: number;
}

/** A place in a file, 1-based. */
export type Place = [path: string, line: number, column: number];

/** What one script is and what its asked-for positions mean. */
export interface ScriptSource {
  /** Absolute path of the script; null when it has none (eval, data:). */
  path: string | null;
  /** `name@version` of the package the script belongs to; null for the application's own. */
  package: string | null;
  /** "line:column" (0-based, as asked) -> place in the source file: absolute path, 1-based line and column. */
  positions: Record<string, Place>;
}

export interface Sources {
  /** By script URL. */
  scripts: Record<string, ScriptSource>;
  /** "path:line" (1-based) -> the text of that line, cut. */
  lines: Record<string, string>;
}

/** Reads a text file of the target; undefined when it cannot be read. */
export type ReadText = (path: string) => string | undefined;

/** A source map, opened. */
export interface SourceMap {
  /** Of a 0-based position in the script; column -1 is the line. Null where nothing is mapped. */
  originalOf(line: number, column: number): Place | null;
  /** The text of a source named by `originalOf`, in lines. */
  linesOf(source: string): string[] | undefined;
}

export interface Script {
  url: string;
  path: string;
  text: string;
}

const MAX_LINE_TEXT = 300;

/** Looks up all positions. Never throws: what cannot be resolved stays as it is. */
export function locate(
  positions: Iterable<ScriptPosition>,
  readText: ReadText,
  openMap: (script: Script) => SourceMap | null,
): Sources {
  const sources: Sources = { scripts: Object.create(null), lines: Object.create(null) };
  const packages = new Map<string, string | null>();
  for (const [url, wanted] of byScript(positions)) {
    const path = scriptPath(url)!;
    const script = { path, package: nameOfPackage(path, readText, packages), positions: Object.create(null) };
    sources.scripts[url] = script;
    const text = readText(path);
    if (text !== undefined) locateIn({ url, path, text }, wanted, script, sources.lines, openMap);
  }
  return sources;
}

function byScript(positions: Iterable<ScriptPosition>): Map<string, ScriptPosition[]> {
  const byUrl = new Map<string, ScriptPosition[]>();
  for (const position of positions) {
    if (!scriptPath(position.url)) continue;
    const list = byUrl.get(position.url);
    if (list) list.push(position);
    else byUrl.set(position.url, [position]);
  }
  return byUrl;
}

function locateIn(
  file: Script,
  wanted: ScriptPosition[],
  script: ScriptSource,
  lines: Record<string, string>,
  openMap: (script: Script) => SourceMap | null,
): void {
  const map = openMap(file);
  const textLines = file.text.split('\n');
  for (const { line, column } of wanted) {
    const key = `${line}:${column}`;
    if (script.positions[key]) continue;
    const original = map?.originalOf(line, column) ?? null;
    const place: Place = original ?? [file.path, line + 1, Math.max(0, column) + 1];
    script.positions[key] = place;
    noteLine(lines, place, original ? map?.linesOf(place[0]) : textLines, original ? place[2] - 1 : column);
  }
}

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

const MAP_COMMENT = /\/[/*][#@]\s*sourceMappingURL=([^\s*]+)/g;

/** What the script says its source map is: a data URL, or the path of a file. Null without one. */
export function sourceMapOf(path: string, text: string): string | null {
  // The last comment counts: bundles carry those of their parts.
  let url: string | undefined;
  for (const match of text.matchAll(MAP_COMMENT)) url = match[1];
  if (url === undefined || url.startsWith('data:')) return url ?? null;
  try {
    return resolve(dirname(path), decodeURIComponent(url));
  } catch {
    return null;
  }
}

/** `name@version` of the package around a path, by its package.json where the path tells no version; null outside of one. */
function nameOfPackage(path: string, readText: ReadText, known: Map<string, string | null>): string | null {
  const found = packageOf(path);
  if (!found) return null;
  if (!known.has(found.folder)) known.set(found.folder, readPackage(found, readText));
  return known.get(found.folder) ?? null;
}

function readPackage({ name, version: inPath, folder }: PackageInPath, readText: ReadText): string {
  const version = inPath ?? versionIn(readText(`${folder}/package.json`));
  return version === null ? name : `${name}@${version.slice(0, 100)}`;
}

function versionIn(text: string | undefined): string | null {
  try {
    const { version } = JSON.parse(text ?? '{}') as { version?: unknown };
    return typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}
