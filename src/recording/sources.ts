// What the positions in a recording mean in the files people wrote: source maps, package versions and the text of
// the lines in question, looked up while the target's files are at hand and kept in the recording.
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AnyMap, originalPositionFor, sourceContentFor, type TraceMap } from '@jridgewell/trace-mapping';

/** A position in a script as V8 gives it: 0-based line and column; column -1 means "somewhere in that line". */
export interface ScriptPosition {
  url: string;
  line: number;
  column: number;
}

/** What one script is and what its asked-for positions mean. */
export interface ScriptSource {
  /** Absolute path of the script; null when it has none (eval, data:). */
  path: string | null;
  /** `name@version` of the package the script belongs to; null for the application's own. */
  package: string | null;
  /** "line:column" (0-based, as asked) -> place in the source file: absolute path, 1-based line and column. */
  positions: Record<string, [path: string, line: number, column: number]>;
}

export interface Sources {
  /** By script URL. */
  scripts: Record<string, ScriptSource>;
  /** "path:line" (1-based) -> the text of that line, cut. */
  lines: Record<string, string>;
}

/** Reads a text file of the target; undefined when it cannot be read. */
export type ReadText = (path: string) => string | undefined;

const MAX_LINE_TEXT = 300;

/** Looks up all positions. Never throws: what cannot be resolved stays as it is. */
export function collectSources(positions: Iterable<ScriptPosition>, readText: ReadText): Sources {
  const sources: Sources = { scripts: Object.create(null), lines: Object.create(null) };
  const byUrl = new Map<string, ScriptPosition[]>();
  for (const position of positions) {
    const path = scriptPath(position.url);
    if (!path) continue;
    const list = byUrl.get(position.url);
    if (list) list.push(position);
    else byUrl.set(position.url, [position]);
  }
  const packages = new Map<string, string | null>();
  for (const [url, wanted] of byUrl) {
    const path = scriptPath(url)!;
    sources.scripts[url] = {
      path,
      package: packageOf(path, readText, packages),
      positions: Object.create(null),
    };
    const text = readText(path);
    if (text === undefined) continue;
    resolveScript(path, text, wanted, sources.scripts[url], sources.lines, readText);
  }
  return sources;
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

function resolveScript(
  path: string,
  text: string,
  wanted: ScriptPosition[],
  script: ScriptSource,
  lines: Record<string, string>,
  readText: ReadText,
): void {
  const map = findSourceMap(path, text, readText);
  const textLines = text.split('\n');
  const contents = new Map<string, string[]>();
  for (const { line, column } of wanted) {
    const key = `${line}:${column}`;
    if (script.positions[key]) continue;
    const original = map && originalOf(map, line, column, path);
    const place: [string, number, number] = original ?? [path, line + 1, Math.max(0, column) + 1];
    script.positions[key] = place;
    const sourceText = original ? sourceLines(map, original[0], path, contents, readText) : textLines;
    const lineText = sourceText?.[place[1] - 1];
    if (lineText !== undefined)
      lines[`${place[0]}:${place[1]}`] = excerpt(lineText, original ? place[2] - 1 : column);
  }
}

/** The line, or of a very long (minified) line the part around the column. */
function excerpt(line: string, column: number): string {
  const start = line.length > MAX_LINE_TEXT ? Math.max(0, column - 60) : 0;
  return line.slice(start, start + MAX_LINE_TEXT).trim();
}

function originalOf(
  map: TraceMap,
  line: number,
  column: number,
  scriptFile: string,
): [string, number, number] | null {
  try {
    // Bias 1 is the mapping at or before the column; with none there, the first one after it (bias -1).
    const needle = { line: line + 1, column: Math.max(0, column) };
    const before = column >= 0 ? originalPositionFor(map, { ...needle, bias: 1 }) : null;
    const found = before?.source ? before : originalPositionFor(map, { ...needle, bias: -1 });
    if (!found.source || found.line === null) return null;
    return [sourcePath(found.source, scriptFile), found.line, (found.column ?? 0) + 1];
  } catch {
    return null;
  }
}

/** Bundlers prefix sources with a scheme of their own ("webpack://app/./src/a.ts"). */
function sourcePath(source: string, scriptFile: string): string {
  if (source.startsWith('file://')) return scriptPath(source) ?? source;
  const plain = source.replace(/^[a-z-]+:\/\/[^/]*\//i, './');
  return resolve(dirname(scriptFile), plain);
}

function sourceLines(
  map: TraceMap,
  source: string,
  scriptFile: string,
  cache: Map<string, string[]>,
  readText: ReadText,
): string[] | undefined {
  let lines = cache.get(source);
  if (!lines) {
    const name = map.resolvedSources.find((s) => sourcePath(s, scriptFile) === source);
    const text = (name ? sourceContentFor(map, name) : null) ?? readText(source);
    if (text === undefined || text === null) return undefined;
    lines = text.split('\n');
    cache.set(source, lines);
  }
  return lines;
}

const MAP_COMMENT = /\/[/*][#@]\s*sourceMappingURL=([^\s*]+)/g;

function findSourceMap(path: string, text: string, readText: ReadText): TraceMap | null {
  try {
    // The last comment counts: bundles carry those of their parts.
    const url = [...text.matchAll(MAP_COMMENT)].at(-1)?.[1];
    if (!url) return null;
    const json = url.startsWith('data:')
      ? decodeDataUrl(url)
      : readText(resolve(dirname(path), decodeURIComponent(url)));
    // Names in the map are relative to the map's own folder.
    return json
      ? new AnyMap(JSON.parse(json.replace(/^\)\]\}'[^\n]*\n/, '')), pathToMapUrl(path, url))
      : null;
  } catch {
    return null;
  }
}

function pathToMapUrl(scriptFile: string, mapUrl: string): string {
  return mapUrl.startsWith('data:') ? scriptFile : resolve(dirname(scriptFile), decodeURIComponent(mapUrl));
}

function decodeDataUrl(url: string): string {
  const comma = url.indexOf(',');
  const payload = url.slice(comma + 1);
  return url.slice(0, comma).endsWith(';base64')
    ? Buffer.from(payload, 'base64').toString('utf8')
    : decodeURIComponent(payload);
}

/** `name@version` from the package.json beside the innermost node_modules folder; null outside of one. */
function packageOf(path: string, readText: ReadText, known: Map<string, string | null>): string | null {
  const folder = packageFolder(path);
  if (!folder) return null;
  if (!known.has(folder.dir)) known.set(folder.dir, readPackage(folder, readText));
  return known.get(folder.dir) ?? null;
}

/** The package a path belongs to by its folder names: the part after the last node_modules. */
export function packageFolder(path: string): { dir: string; name: string } | null {
  const match = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/.exec(path);
  return match ? { dir: match[1]!, name: match[2]!.replaceAll('\\', '/') } : null;
}

function readPackage(folder: { dir: string; name: string }, readText: ReadText): string {
  try {
    const { version } = JSON.parse(readText(`${folder.dir}/package.json`) ?? '{}') as { version?: unknown };
    return typeof version === 'string' ? `${folder.name}@${version.slice(0, 100)}` : folder.name;
  } catch {
    return folder.name;
  }
}
