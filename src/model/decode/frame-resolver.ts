// From a place in a script, as V8 names it, to a place in a file, as people name it.
import type { Holder } from '../../wire/holder.ts';
import type { Frame, FrameOwner, RawFrame } from '../frame.ts';
import { ownerOf, plainPath } from '../owner/owner.ts';
import { packageInPath } from '../owner/package-in-path.ts';

/** What is known of the scripts: see recording/sources/places-by-map.ts, whose shape this is. */
export interface RawSources {
  scripts: Record<string, RawScript>;
  lines: Record<string, string>;
  ignored?: string[];
  packages?: Record<string, string>;
}

interface RawScript {
  path: string | null;
  package: string | null;
  positions: Record<string, [string, number, number]>;
  names?: Record<string, string>;
  added?: string[];
}

export interface FrameResolver {
  /** The frame at the function's own start. */
  frame(raw: RawFrame): Frame;
  /**
   * The source line behind a 1-based line of the script, inside the function that `raw` starts; null where it is unknown, or in
   * another file: V8 credits a function with the lines of those that it has inlined.
   */
  line(raw: RawFrame, scriptLine: number): number | null;
  /** With the names of its source. */
  holder(raw: Holder): Holder;
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
  const ignored = new Set(sources.ignored);
  const nameIn = (names: Record<string, string>, key: string) =>
    Object.hasOwn(names, key) ? names[key] : undefined;
  const functionName = ({ url, lineNumber, columnNumber, functionName: name }: RawFrame) => {
    const names = script(url)?.names;
    return (names && nameIn(names, `${lineNumber}:${columnNumber}:${name}`)) ?? name;
  };
  const packageAt = (path: string) =>
    sources.packages && Object.hasOwn(sources.packages, path) ? sources.packages[path] : undefined;
  const owners = new Map<string, FrameOwner>();
  const ownerAt = (path: string) => {
    const owner = owners.get(path) ?? frameOwner(path);
    owners.set(path, owner);
    return owner;
  };
  const place = (raw: RawFrame) => position(raw.url, `${raw.lineNumber}:${raw.columnNumber}`);
  const resolve = (raw: RawFrame): Frame => {
    const name = functionName(raw).slice(0, MAX_NAME) || '(anonymous)';
    const none = { functionName: name, file: null, line: null, column: null, package: null };
    // A function that was evaluated has a line and no URL; what is built in has neither. What the inspector evaluates has no name.
    if (raw.url === '')
      return { ...none, owner: raw.lineNumber >= 0 && raw.functionName !== '' ? 'app' : 'native' };
    // What a compiler added is no code that people wrote, and no place to change: it is as good as built in.
    if (script(raw.url)?.added?.includes(`${raw.lineNumber}:${raw.columnNumber}`))
      return { ...none, owner: 'native' };
    const [path, line, column] = place(raw) ?? [readable(raw.url), raw.lineNumber + 1, raw.columnNumber + 1];
    const owner = ignored.has(path) ? 'library' : ownerAt(path);
    return {
      functionName: name,
      file: relativeTo(cwd, path).slice(0, 1_000),
      line: line > 0 ? line : null,
      column: column > 0 ? column : null,
      owner,
      package:
        owner === 'library' ? (packageAt(path) ?? script(raw.url)?.package ?? packageInPath(path)) : null,
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
      // Asked for each line of each node: where nothing is known of the script, no key is made.
      if (!script(raw.url)) return scriptLine;
      const key =
        scriptLine - 1 === raw.lineNumber ? `${raw.lineNumber}:${raw.columnNumber}` : `${scriptLine - 1}:-1`;
      const found = position(raw.url, key);
      if (!found) return scriptLine;
      const [path, line] = found;
      return line > 0 && path === (place(raw)?.[0] ?? path) ? line : null;
    },
    holder(raw) {
      if (!raw.at) return raw;
      const { url, line: lineNumber, column: columnNumber } = raw.at;
      const names = script(url)?.names ?? {};
      const name = nameIn(names, `${lineNumber}:${columnNumber}:${raw.of}:${raw.name}`) ?? raw.name;
      return { ...raw, name, of: functionName({ url, lineNumber, columnNumber, functionName: raw.of }) };
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

function relativeTo(cwd: string, path: string): string {
  const base = cwd.endsWith('/') ? cwd : `${cwd}/`;
  return cwd !== '' && path.startsWith(base) ? path.slice(base.length) : path;
}
