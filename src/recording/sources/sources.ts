// Source maps: from positions in scripts to the files people wrote, while the target's files are at hand
// (`collectSources`), or afterwards from the maps that a recording brought along (`applyMaps`).
import {
  AnyMap,
  decodedMappings,
  isIgnored,
  originalPositionFor,
  sourceContentFor,
  type TraceMap,
  traceSegment,
} from '@jridgewell/trace-mapping';
import { packageInPath } from '../../model/owner/package-in-path.ts';
import { enclosingFunction, functionAtHead } from './enclosing-function.ts';
import { type FoundMap, findMap, type Script } from './find-map.ts';
import { inlinedDeclaration, keywordColumn, type NamedMap, originalName } from './original-names.ts';
import { placeInSources, type SourceMap, type Sources } from './places-by-map.ts';
import { locate, type Running } from './script-places.ts';
import { byScript, type Place, type ReadText, type ScriptPosition } from './script-position.ts';
import { locateSource, type SourceFolders, sourceFolders } from './source-paths.ts';

/** Looks up all positions. Never throws: what cannot be resolved stays as it is. */
export function collectSources(
  positions: Iterable<ScriptPosition>,
  readText: ReadText,
  running?: Running,
): Sources {
  const readOnce = remember(readText);
  const openMap = (script: Script) => {
    const found = findMap(script, readOnce);
    const text = script.isOnDisk ? script.text : undefined;
    return found && openFound(found, text, sourceFolders(script.path, readOnce));
  };
  return locate(positions, { readText: readOnce, openMap, running });
}

/** A source map that came with a recording. */
export interface CarriedMap extends FoundMap {
  /** Of the script. */
  url: string;
  /** See SourceFolders. */
  project: string | null;
}

/** Moves positions that are known in scripts only to the places that the maps give. Never throws. */
export function applyMaps(
  sources: Sources,
  maps: Iterable<CarriedMap>,
  positions: Iterable<ScriptPosition>,
): void {
  const wanted = byScript(positions);
  for (const { url, project, ...found } of maps) {
    const source = sources.scripts[url];
    if (!source) continue;
    const path = source.path ?? found.location;
    const map = openFound(found, undefined, { path, project, readText: () => undefined });
    if (map)
      placeInSources({ wanted: wanted.get(url) ?? [], map }, source, { sources, packageAt: packageInPath });
  }
}

/** Text of sources is looked for in many folders. */
function remember(readText: ReadText): ReadText {
  const known = new Map<string, string | undefined>();
  return (path) => {
    if (!known.has(path)) known.set(path, readText(path));
    return known.get(path);
  };
}

function openFound(
  found: FoundMap,
  scriptText: string | undefined,
  folders: SourceFolders,
): SourceMap | null {
  const map = parseMap(found);
  if (!map) return null;
  const scriptLines = scriptText?.split('\n');
  const paths = new Map<string, string>();
  const sourceOf = new Map<string, string>();
  const contents = new Map<string, string[] | undefined>();
  const pathOf = (source: string) => {
    const path = paths.get(source) ?? locateSource(source, folders);
    paths.set(source, path);
    sourceOf.set(path, source);
    return path;
  };
  const linesOf = (path: string) => {
    if (!contents.has(path)) {
      const content = sourceContentFor(map, sourceOf.get(path) ?? path) ?? folders.readText(path);
      contents.set(path, content?.split('\n'));
    }
    return contents.get(path);
  };
  const sourceLines = (source: number) => linesOf(pathOf(map.resolvedSources[source] ?? ''));
  return {
    originalOf: (line, column, isStart = false) => {
      if (!isStart) return originalOf(map, { line, column }, pathOf);
      const text = scriptLines?.[line];
      const declared = inlinedDeclaration({ map, sourceLines }, { line, column }, text);
      if (declared)
        return [pathOf(map.resolvedSources[declared.source] ?? ''), declared.line + 1, declared.column + 1];
      const at = keywordColumn(map, { line, column }, text) ?? column;
      return originalOf(map, { line, column: at }, pathOf);
    },
    isBefore: createIsBefore(map),
    linesOf,
    nameOf: (position) =>
      originalName({ map, sourceLines }, position, scriptLines) ??
      nameInSource(position, { map, sourceLines }),
    isIgnored: (path) => isIgnored(map, sourceOf.get(path) ?? path),
  };
}

function parseMap({ location, text }: FoundMap): TraceMap | null {
  try {
    const json = text.startsWith('data:') ? decodeDataUrl(text) : text;
    // Names in the map are relative to the map's own folder.
    return new AnyMap(JSON.parse(json.replace(/^\)\]\}'[^\n]*\n/, '')), location);
  } catch {
    return null;
  }
}

/** A bundler writes functions that are called from one place as code without a name. */
function nameInSource(
  { line, column, of, variable, isStart }: ScriptPosition,
  { map, sourceLines }: NamedMap,
) {
  if (of !== undefined || variable !== undefined || column < 0) return null;
  const segment = traceSegment(map, line, column);
  if (!segment || segment.length === 1) return null;
  const [, source, sourceLine, sourceColumn] = segment;
  const lines = sourceLines(source);
  const find = isStart ? functionAtHead : enclosingFunction;
  return lines ? find(lines, sourceLine, sourceColumn) : null;
}

function originalOf(
  map: TraceMap,
  { line, column }: { line: number; column: number },
  pathOf: (source: string) => string,
): Place | null {
  try {
    // Bias 1 is the mapping at or before the column; with none there, the first one after it (bias -1).
    const needle = { line: line + 1, column: Math.max(0, column) };
    const before = column >= 0 ? originalPositionFor(map, { ...needle, bias: 1 }) : null;
    const found = before?.source ? before : originalPositionFor(map, { ...needle, bias: -1 });
    if (!found.source || found.line === null) return null;
    return [pathOf(found.source), found.line, (found.column ?? 0) + 1];
  } catch {
    return null;
  }
}

/** Of a position: whether it stands before all that leads to a source. */
function createIsBefore(map: TraceMap): SourceMap['isBefore'] {
  let first: { line: number; column: number } | undefined;
  return (line, column) => {
    first ??= firstMapped(map);
    return line < first.line || (line === first.line && column < first.column);
  };
}

function firstMapped(map: TraceMap): { line: number; column: number } {
  try {
    for (const [line, segments] of decodedMappings(map).entries()) {
      const segment = segments.find(({ length }) => length > 1);
      if (segment) return { line, column: segment[0] };
    }
  } catch {}
  return { line: -1, column: -1 };
}

function decodeDataUrl(url: string): string {
  const comma = url.indexOf(',');
  const payload = url.slice(comma + 1);
  return url.slice(0, comma).endsWith(';base64')
    ? Buffer.from(payload, 'base64').toString('utf8')
    : decodeURIComponent(payload);
}
