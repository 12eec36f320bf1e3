// What the positions in a recording mean in the scripts they are in: whose package, and the text of the lines in question;
// with something that opens source maps, the places in the files people wrote. Needs no package, so that it runs in a pod.
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PackageInPath, packageOf, plainPath } from '../../model/owner.ts';
import type { RunningScript } from '../../model/running-script.ts';
import { bearsOut } from './text-check.ts';

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

/** Reads a text file of the target; undefined when it cannot be read. */
export type ReadText = (path: string) => string | undefined;

/** A source map, opened. */
export interface SourceMap {
  /** Of a 0-based position in the script; column -1 is the line. Null where nothing is mapped. */
  originalOf(line: number, column: number): Place | null;
  /** The text of a source named by `originalOf`, in lines; `text` is that of the map, where it has one. */
  linesOf(source: string): string[] | undefined;
  /** What the source calls the function, or the variable, at a position; null where it is called so there, too. */
  nameOf(position: ScriptPosition): string | null;
  /** Whether the map calls a source somebody else's. */
  isIgnored(source: string): boolean;
}

export interface Script {
  url: string;
  /** Where relative addresses in it start from; of a script without a file, a name in the working directory. */
  path: string;
  /** Of the file; undefined without one. */
  text: string | undefined;
  /** As V8 told of it; absent where V8 was not asked. */
  running?: RunningScript;
}

/** What V8 told of scripts, and the directory in which the program runs. */
export interface Running {
  scripts: Iterable<RunningScript>;
  cwd: string;
}

export interface Locating {
  readText: ReadText;
  openMap(script: Script): SourceMap | null;
  running?: Running | undefined;
}

const MAX_LINE_TEXT = 300;

/** Looks up all positions. Never throws: what cannot be resolved stays as it is. */
export function locate(positions: Iterable<ScriptPosition>, locating: Locating): Sources {
  const { readText, openMap, running } = locating;
  const sources: Sources = { scripts: Object.create(null), lines: Object.create(null) };
  const packages = new Map<string, string | null>();
  const packageAt = (path: string) => nameOfPackage(path, readText, packages);
  const told = byPath(running?.scripts ?? []);
  const inFiles = createFileCheck(readText, sources);
  for (const [url, wanted] of byScript(positions)) {
    const file = scriptPath(url);
    const script = scriptOf(url, {
      file,
      cwd: running?.cwd ?? '',
      wanted,
      told: told.get(plainPath(url)) ?? [],
      readText,
    });
    const map = script && openMap(script);
    // Without a file and without a map there is nothing to say.
    if (!script || (file === null && !map)) continue;
    const source: ScriptSource = {
      path: file,
      package: packageAt(script.path),
      positions: Object.create(null),
    };
    sources.scripts[url] = source;
    locateIn({ script, wanted, map }, source, { sources, inFiles, packageAt });
  }
  return sources;
}

/** What is evaluated has no file, and its URL does not look like one. Executables name their script as their build did. */
const FILE_LIKE = /^(?!data:)[\w.+-]+:\/\/|[\w)\]-]\.\w{1,5}$/;

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

export function byScript(positions: Iterable<ScriptPosition>): Map<string, ScriptPosition[]> {
  const found = new Map<string, ScriptPosition[]>();
  for (const position of positions) {
    const list = found.get(position.url);
    if (list) list.push(position);
    else found.set(position.url, [position]);
  }
  return found;
}

function byPath(scripts: Iterable<RunningScript>): Map<string, RunningScript[]> {
  const found = new Map<string, RunningScript[]>();
  for (const script of scripts) {
    // Stacks name CommonJS by its path, and the inspector by a URL.
    const path = plainPath(script.url);
    found.set(path, [...(found.get(path) ?? []), script]);
  }
  return found;
}

interface Asked {
  file: string | null;
  cwd: string;
  wanted: ScriptPosition[];
  told: RunningScript[];
  readText: ReadText;
}

/** Null for what is neither a file nor known to V8. */
function scriptOf(url: string, { file, cwd, wanted, told, readText }: Asked): Script | null {
  const lastLine = Math.max(...wanted.map(({ line }) => line));
  // Of several texts under one URL the newest that has all these lines.
  const running = told.findLast(({ lines }) => lines > lastLine) ?? told.at(-1);
  if (file === null && !running) return null;
  const text = file === null ? undefined : readText(file);
  const path = file ?? resolve(cwd, url.startsWith('data:') ? 'data' : url.replace(/^[\w.-]+:\/+/, ''));
  return { url, path, text, ...(running && { running }) };
}

interface Task {
  script: Script;
  wanted: ScriptPosition[];
  map: SourceMap | null;
}

interface Into {
  sources: Sources;
  inFiles?: FileCheck;
  packageAt(path: string): string | null;
}

function locateIn(
  { script, wanted, map }: Task,
  source: ScriptSource,
  into: Into & { inFiles: FileCheck },
): void {
  const { sources, inFiles } = into;
  const textLines = script.text?.split('\n');
  const isOnDisk = isTextOf(script, textLines, wanted);
  if (!isOnDisk && !map && textLines) inFiles.differs(script.path);
  for (const { line, column } of wanted) {
    // The file is not the text that has this line, and what the compiler added stands nowhere else.
    const isNowhere = !isOnDisk && map !== null;
    const place: Place = isNowhere ? [script.path, 0, 0] : [script.path, line + 1, Math.max(0, column) + 1];
    source.positions[`${line}:${column}`] = textLines ? inFiles.check(place, undefined) : place;
    if (isOnDisk) noteLine(sources.lines, place, textLines, column);
  }
  if (map) placeInSources({ wanted, map }, source, into);
}

/** Puts the places that a map knows in the stead of those in its script, and the names that it gives. */
export function placeInSources(
  { wanted, map }: { wanted: readonly ScriptPosition[]; map: SourceMap },
  source: ScriptSource,
  { sources, inFiles, packageAt }: Into,
): void {
  for (const { line, column } of wanted) {
    const original = map.originalOf(line, column);
    if (!original) continue;
    const path = original[0];
    const place = inFiles?.check(original, map.linesOf(path)) ?? original;
    source.positions[`${line}:${column}`] = place;
    noteLine(sources.lines, place, map.linesOf(path), original[2] - 1);
    noteOwner(sources, path, { map, packageAt });
  }
  noteNames(source, wanted, map);
}

/** Whether the file has the text that runs, as far as can be told. */
function isTextOf(
  { running, text }: Script,
  textLines: string[] | undefined,
  wanted: ScriptPosition[],
): boolean {
  if (text === undefined || !textLines) return !running;
  if (wanted.some(({ line }) => line >= textLines.length)) return false;
  // Type stripping adds a comment and keeps all places: the length alone says nothing.
  return !running || running.characters === text.length || bearsOut(textLines, wanted);
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
    if (position.isStart || position.of === undefined) continue;
    const { of } = position;
    // Without the text: the function of that name that begins last before the place.
    const around = known
      .filter((start) => start.isStart && start.of === of && isBefore(start, position))
      .sort((a, b) => (isBefore(a, b) ? 1 : -1))[0];
    note(position, map.nameOf(position) ?? around?.original);
  }
}

/** Of a function or a variable in `names` of a script. */
export function nameKey({ line, column, of = '', variable }: Omit<ScriptPosition, 'url'>): string {
  return `${line}:${column}:${of}${variable === undefined ? '' : `:${variable}`}`;
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

interface FileCheck {
  /** A place as the text that runs has it: without its line where the file on disk ends before it. */
  check(place: Place, textLines: string[] | undefined): Place;
  differs(path: string): void;
}

function createFileCheck(readText: ReadText, sources: Sources): FileCheck {
  const onDisk = new Map<string, string[] | undefined>();
  const differs = (path: string) => {
    sources.differing = [...new Set([...(sources.differing ?? []), path])];
  };
  return {
    differs,
    check(place, textLines) {
      const [path, line] = place;
      if (!onDisk.has(path)) onDisk.set(path, readText(path)?.split('\n'));
      const lines = onDisk.get(path);
      if (!lines) return place;
      const text = textLines?.[line - 1];
      if (text !== undefined && text.trim() !== lines[line - 1]?.trim()) differs(path);
      if (line <= lines.length) return place;
      differs(path);
      return [path, 0, 0];
    },
  };
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

/** A source map as it was found: the text of its file, or a data URL. */
export interface FoundMap {
  /** Where the map was; of a data URL, the script. */
  location: string;
  text: string;
}

const MAP_COMMENT = /\/[/*][#@]\s*sourceMappingURL=([^\s*]+)/g;

/** The source map of a script: what V8 knows comes first, since a file may say something else than the text that runs. */
export function findMap({ path, text, running }: Script, readText: ReadText): FoundMap | null {
  const url = running?.sourceMapUrl ?? commentIn(text ?? '');
  if (url === '') return null;
  if (url.startsWith('data:')) return { location: path, text: url };
  try {
    const location = url.startsWith('file://')
      ? fileURLToPath(url)
      : resolve(dirname(path), decodeURIComponent(url));
    const found = readText(location);
    return found === undefined ? null : { location, text: found };
  } catch {
    return null;
  }
}

/** The last comment counts: bundles carry those of their parts. */
function commentIn(text: string): string {
  let url = '';
  for (const match of text.matchAll(MAP_COMMENT)) url = match[1]!;
  return url;
}

/** The nearest folder above a path whose package.json has a name: builds put nameless ones into their output. Null without one. */
export function projectFolder(path: string, readText: ReadText): string | null {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (fieldOf(readText(join(folder, 'package.json')), 'name') !== null) return folder;
    if (folder === dirname(folder)) return null;
  }
}

/** `name@version` of the package around a path, by its package.json where the path tells no version; null outside of one. */
function nameOfPackage(path: string, readText: ReadText, known: Map<string, string | null>): string | null {
  const found = packageOf(path);
  if (!found) return null;
  if (!known.has(found.folder)) known.set(found.folder, readPackage(found, readText));
  return known.get(found.folder) ?? null;
}

/** The same by the path alone. */
export function packageInPath(path: string): string | null {
  const found = packageOf(path);
  return found && (found.version === null ? found.name : `${found.name}@${found.version}`);
}

function readPackage({ name, version: inPath, folder }: PackageInPath, readText: ReadText): string {
  const version = inPath ?? fieldOf(readText(`${folder}/package.json`), 'version');
  return version === null ? name : `${name}@${version.slice(0, 100)}`;
}

function fieldOf(packageJson: string | undefined, field: 'name' | 'version'): string | null {
  try {
    const value = (JSON.parse(packageJson ?? '{}') as Record<string, unknown>)[field];
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}
