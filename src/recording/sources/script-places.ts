// What the positions in a recording mean in the scripts they are in: whose package, and the text of the lines in question;
// with something that opens source maps, the places in the files people wrote. Needs no package, so that it runs in a pod.
import { resolve } from 'node:path';
import { plainPath } from '../../model/owner/owner.ts';
import type { RunningScript } from '../../signals/sink.ts';
import { createFileCheck, type FileCheck, isTextOf } from './file-check.ts';
import type { Script } from './find-map.ts';
import { packageReader } from './package-files.ts';
import {
  type Into,
  noteLine,
  placeInSources,
  type ScriptSource,
  type SourceMap,
  type Sources,
} from './places-by-map.ts';
import { byScript, type Place, type ReadText, type ScriptPosition, scriptPath } from './script-position.ts';

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

/** Looks up all positions. Never throws: what cannot be resolved stays as it is. */
export function locate(positions: Iterable<ScriptPosition>, locating: Locating): Sources {
  const { readText, openMap, running } = locating;
  const sources: Sources = { scripts: Object.create(null), lines: Object.create(null) };
  const packageAt = packageReader(readText);
  const told = byPath(running?.scripts ?? []);
  const inFiles = createFileCheck(readText);
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
  const differing = inFiles.differing();
  return { ...sources, ...(differing.length > 0 && { differing }) };
}

function byPath(scripts: Iterable<RunningScript>): Map<string, RunningScript[]> {
  const found = new Map<string, RunningScript[]>();
  for (const script of scripts) {
    // Stacks name CommonJS by its path, and the inspector by a URL.
    const path = plainPath(script.url);
    const list = found.get(path);
    if (list) list.push(script);
    else found.set(path, [script]);
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
  const lastLine = wanted.reduce((last, { line }) => Math.max(last, line), 0);
  // Of several texts under one URL the newest that has all these lines.
  const running = told.filter(({ lines }) => lines > lastLine).at(-1) ?? told.at(-1);
  if (file === null && !running) return null;
  const text = file === null ? undefined : readText(file);
  const path = file ?? resolve(cwd, url.startsWith('data:') ? 'data' : url.replace(/^[\w.-]+:\/+/, ''));
  const script: Script = { url, path, text, isOnDisk: true, ...(running && { running }) };
  return { ...script, isOnDisk: isTextOf(script, wanted) };
}

interface Task {
  script: Script;
  wanted: ScriptPosition[];
  map: SourceMap | null;
}

function locateIn(
  { script, wanted, map }: Task,
  source: ScriptSource,
  into: Into & { inFiles: FileCheck },
): void {
  const { sources, inFiles } = into;
  const textLines = script.text?.split('\n');
  const { isOnDisk } = script;
  if (!isOnDisk && !map && textLines) inFiles.differs(script.path);
  for (const { line, column } of textLines || map ? wanted : []) {
    // The file is not the text that has this line, and what the compiler added stands nowhere else.
    const isNowhere = !isOnDisk && map !== null;
    const place: Place = isNowhere ? [script.path, 0, 0] : [script.path, line + 1, Math.max(0, column) + 1];
    source.positions[`${line}:${column}`] = textLines
      ? inFiles.check(place, { textLines: undefined, column })
      : place;
    if (isOnDisk) noteLine(sources.lines, place, textLines, column);
  }
  if (map) placeInSources({ wanted, map }, source, into);
}
