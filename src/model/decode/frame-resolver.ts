// From a place in a script, as V8 names it, to a place in a file, as people name it.
import type { Frame, FrameOwner, RawFrame } from '../frame.ts';
import { ownerOf, packageOf, plainPath } from '../owner.ts';

/** What is known of the scripts: see recording/sources.ts, whose shape this is. */
export interface RawSources {
  scripts: Record<
    string,
    { path: string | null; package: string | null; positions: Record<string, [string, number, number]> }
  >;
  lines: Record<string, string>;
}

export interface FrameResolver {
  /** The frame at the function's own start. */
  frame(raw: RawFrame): Frame;
  /** The source line behind a 1-based line of the script, inside the function that `raw` starts. */
  line(raw: RawFrame, scriptLine: number): number;
  /** Absolute source path of a script position; null when unknown. */
  sourcePath(raw: RawFrame): string | null;
}

const MAX_NAME = 500;

/** `cwd` is the target's working directory: paths inside it are shown relative to it. */
export function createFrameResolver(sources: RawSources, cwd: string): FrameResolver {
  const cache = new Map<string, Frame>();
  // A script may be called "constructor".
  const script = (url: string) => (Object.hasOwn(sources.scripts, url) ? sources.scripts[url] : undefined);
  const position = (url: string, key: string) => {
    const positions = script(url)?.positions;
    return positions && Object.hasOwn(positions, key) ? positions[key] : undefined;
  };
  const place = (raw: RawFrame) => position(raw.url, `${raw.lineNumber}:${raw.columnNumber}`);
  const resolve = (raw: RawFrame): Frame => {
    const functionName = raw.functionName.slice(0, MAX_NAME) || '(anonymous)';
    const none = { functionName, file: null, line: null, column: null, package: null };
    if (raw.url === '') return { ...none, owner: 'native' };
    const [path, line, column] = place(raw) ?? [readable(raw.url), raw.lineNumber + 1, raw.columnNumber + 1];
    const owner = frameOwner(path);
    const packageName = script(raw.url)?.package ?? packageInPath(path);
    return {
      functionName,
      file: relativeTo(cwd, path).slice(0, 1_000),
      line: line > 0 ? line : null,
      column: column > 0 ? column : null,
      owner,
      package: owner === 'library' ? packageName : null,
    };
  };
  return {
    frame(raw) {
      const key = `${raw.functionName}|${raw.url}|${raw.lineNumber}|${raw.columnNumber}`;
      let frame = cache.get(key);
      if (!frame) {
        frame = resolve(raw);
        cache.set(key, frame);
      }
      return frame;
    },
    line(raw, scriptLine) {
      if (scriptLine - 1 === raw.lineNumber) return place(raw)?.[1] ?? scriptLine;
      return position(raw.url, `${scriptLine - 1}:-1`)?.[1] ?? scriptLine;
    },
    sourcePath: (raw) => place(raw)?.[0] ?? null,
  };
}

/** Of code in a `data:` URL only that it is one: the code may hold secrets. */
function readable(url: string): string {
  return url.startsWith('data:') ? 'data:' : plainPath(url);
}

/** To the reader of a report, culprit is one more library. */
function frameOwner(path: string): FrameOwner {
  const owner = ownerOf(path);
  return owner === 'own' ? 'library' : owner;
}

/** "webpack" from "/app/node_modules/webpack/lib/a.js", with the version where the path tells it. */
function packageInPath(path: string): string | null {
  const found = packageOf(path);
  return found && (found.version === null ? found.name : `${found.name}@${found.version}`);
}

function relativeTo(cwd: string, path: string): string {
  const base = cwd.endsWith('/') ? cwd : `${cwd}/`;
  return cwd !== '' && path.startsWith(base) ? path.slice(base.length) : path;
}
