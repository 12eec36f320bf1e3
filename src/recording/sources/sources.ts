// Source maps: from positions in scripts to the files people wrote, while the target's files are at hand
// (`collectSources`), or afterwards from the maps that a recording brought along (`applyMaps`).
import { dirname, resolve } from 'node:path';
import { AnyMap, originalPositionFor, sourceContentFor, type TraceMap } from '@jridgewell/trace-mapping';
import {
  locate,
  noteLine,
  type Place,
  type ReadText,
  type ScriptPosition,
  type SourceMap,
  type Sources,
  scriptPath,
  sourceMapOf,
} from './script-places.ts';

/** Looks up all positions. Never throws: what cannot be resolved stays as it is. */
export function collectSources(positions: Iterable<ScriptPosition>, readText: ReadText): Sources {
  return locate(positions, readText, ({ path, text }) => {
    const location = sourceMapOf(path, text);
    const json = location?.startsWith('data:') ? location : location && readText(location);
    return location && json ? openMap(path, location, json, readText) : null;
  });
}

/** A source map as it was found: the text of its file, or a data URL. */
export interface CarriedMap {
  /** Of the script. */
  url: string;
  /** Where the map was; a data URL stands in the script itself. */
  location: string;
  text: string;
}

/** Moves positions that are known in scripts only to the places that the maps give. Never throws. */
export function applyMaps(sources: Sources, maps: Iterable<CarriedMap>): void {
  for (const { url, location, text } of maps) {
    const script = sources.scripts[url];
    const map = script?.path ? openMap(script.path, location, text, () => undefined) : null;
    if (!script || !map) continue;
    for (const key of Object.keys(script.positions)) {
      const [line = 0, column = 0] = key.split(':').map(Number);
      const place = map.originalOf(line, column);
      if (!place) continue;
      script.positions[key] = place;
      noteLine(sources.lines, place, map.linesOf(place[0]), place[2] - 1);
    }
  }
}

function openMap(script: string, location: string, text: string, readText: ReadText): SourceMap | null {
  const map = parseMap(script, location, text);
  if (!map) return null;
  const contents = new Map<string, string[] | undefined>();
  return {
    originalOf: (line, column) => originalOf(map, line, column, script),
    linesOf(source) {
      if (!contents.has(source)) contents.set(source, sourceLines(map, source, script, readText));
      return contents.get(source);
    },
  };
}

function parseMap(script: string, location: string, text: string): TraceMap | null {
  try {
    const isInline = text.startsWith('data:');
    const json = isInline ? decodeDataUrl(text) : text;
    // Names in the map are relative to the map's own folder.
    return new AnyMap(JSON.parse(json.replace(/^\)\]\}'[^\n]*\n/, '')), isInline ? script : location);
  } catch {
    return null;
  }
}

function originalOf(map: TraceMap, line: number, column: number, scriptFile: string): Place | null {
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
  readText: ReadText,
): string[] | undefined {
  const name = map.resolvedSources.find((s) => sourcePath(s, scriptFile) === source);
  const text = (name ? sourceContentFor(map, name) : null) ?? readText(source);
  return text?.split('\n');
}

function decodeDataUrl(url: string): string {
  const comma = url.indexOf(',');
  const payload = url.slice(comma + 1);
  return url.slice(0, comma).endsWith(';base64')
    ? Buffer.from(payload, 'base64').toString('utf8')
    : decodeURIComponent(payload);
}
