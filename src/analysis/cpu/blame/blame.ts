// Which frame of a stack the reader can change: the first frame of the application's own, and the packages between.
import type { Frame } from '../../../model/frame.ts';
import { type ChainLink, packageChain } from './package-chain.ts';
import { innermostOwner } from './pass-through.ts';

export interface Blame {
  /** The innermost application frame; null when the stack has none. */
  app: Frame | null;
  /** The outermost library frame above the application's (what the application called); null when it called none. */
  library: Frame | null;
  /**
   * The library frame that makes or keeps what was caught: the innermost that is no helper. Of time, where it goes to
   * (`alongPath`). May be `library`; null when there is no library frame.
   */
  inner: Frame | null;
  /** The frame to name in a finding: the application's where there is one, else `inner`. */
  subject: Frame | null;
  /** The application frame that called `app`, where it is another function. */
  caller: Frame | null;
  /** From the application's frame, or without one from the outermost package, inwards. */
  chain: ChainLink[];
}

/**
 * `frames` innermost first. In a profile a frame's line is where its function begins; in a caught stack it is the line of
 * the call, and then the innermost line is the one to show, under the name of the function around it.
 */
export function blame(frames: readonly Frame[], lines: 'of functions' | 'of calls' = 'of functions'): Blame {
  const at = applicationAt(frames);
  const above = at < 0 ? frames : frames.slice(0, at);
  const library = above.findLast((frame) => frame.owner === 'library') ?? null;
  const inner = innermostOwner(above) ?? null;
  if (at < 0) {
    return { app: null, library, inner, subject: inner, caller: null, chain: packageChain(frames, inner) };
  }
  const around = namedAround(frames, at);
  const named = frames[around]!;
  const app = lines === 'of calls' ? { ...frames[at]!, functionName: named.functionName } : named;
  const outer = frames.findIndex((f, i) => i > around && f.owner === 'app' && !isSameFunction(f, app));
  const caller = outer < 0 ? null : frames[namedAround(frames, outer)]!;
  const chain = packageChain([...above, app], inner ?? app);
  return { app, library, inner, subject: app, caller, chain };
}

/** The same blame, credited to where the time goes: `path` as HeavyPath gives it, from `entryOf` of this blame inwards. */
export function alongPath(by: Blame, path: readonly Frame[]): Blame {
  // Most of what a package does may be to call the application back.
  if (!by.app && path.some(({ owner }) => owner === 'app')) return blame(path);
  const inner = innermostOwner(path) ?? by.inner;
  const { app } = by;
  const above = app ? [...path.filter(({ owner }) => owner === 'library'), app] : path;
  return { ...by, inner, subject: app ?? inner, chain: packageChain(above, inner ?? app) };
}

/** The function that the reader knows as the beginning: the application's, or the outermost of a library. */
export function entryOf({ app, library }: Blame): Frame | null {
  return app ?? library;
}

/** The part of a stack, innermost first, that ends with its entry. */
export function fromEntry(frames: readonly Frame[]): readonly Frame[] {
  const app = applicationAt(frames);
  const entry = app >= 0 ? app : frames.findLastIndex((frame) => frame.owner === 'library');
  return frames.slice(0, entry + 1);
}

/** Code that the program runs under the address of a page, or under no name at all (jsdom, vm), is nobody's file. */
export function isOfPage({ file }: Frame): boolean {
  return file !== null && /^(?:https?:|about:|evalmachine\.<anonymous>)/.test(file);
}

/** The innermost of the application; -1: none. A file that runs the code of a page comes before that code. */
function applicationAt(frames: readonly Frame[]): number {
  const local = frames.findIndex((frame) => frame.owner === 'app' && !isOfPage(frame));
  return local >= 0 ? local : frames.findIndex(({ owner }) => owner === 'app');
}

/**
 * An anonymous callback says little; when the function right around it in the same file called it (through a built-in
 * such as Array.prototype.map), the name is there. Returns that function's place in the stack.
 */
export function namedAround(frames: readonly Frame[], at: number): number {
  const frame = frames[at]!;
  if (frame.functionName !== '(anonymous)') return at;
  for (let i = at + 1; i < frames.length; i++) {
    const outer = frames[i]!;
    if (outer.owner === 'native') continue;
    const encloses =
      outer.owner === 'app' && outer.file === frame.file && (outer.line ?? 0) <= (frame.line ?? 0);
    return encloses && outer.functionName !== '(anonymous)' ? i : at;
  }
  return at;
}

export function isSameFunction(a: Frame, b: Frame): boolean {
  return a.functionName === b.functionName && a.file === b.file;
}

/** A function's identity within a recording. */
export function functionKey(frame: Frame): string {
  return `${frame.functionName}|${frame.file ?? ''}|${frame.line ?? 0}`;
}
