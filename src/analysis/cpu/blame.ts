// Which frame of a stack the reader can change: the first frame of the application's own, and the package between.
import type { Frame } from '../../model/frame.ts';

export interface Blame {
  /** The innermost application frame; null when the stack has none. */
  app: Frame | null;
  /** The outermost library frame above the application's (what the application called); null when it called none. */
  library: Frame | null;
  /** The frame to name in a finding: the application's where there is one, else the library's. */
  subject: Frame | null;
  /** The application frame that called `app`, where it is another function. */
  caller: Frame | null;
}

/**
 * `frames` innermost first. In a profile a frame's line is where its function begins; in a caught stack it is the line of
 * the call, and then the innermost line is the one to show, under the name of the function around it.
 */
export function blame(frames: readonly Frame[], lines: 'of functions' | 'of calls' = 'of functions'): Blame {
  const at = frames.findIndex((frame) => frame.owner === 'app');
  const above = at < 0 ? frames : frames.slice(0, at);
  const library = above.findLast((frame) => frame.owner === 'library') ?? null;
  if (at < 0) return { app: null, library, subject: library, caller: null };
  const around = namedAround(frames, at);
  const named = frames[around]!;
  const app = lines === 'of calls' ? { ...frames[at]!, functionName: named.functionName } : named;
  const caller = frames.slice(around + 1).find((f) => f.owner === 'app' && !isSameFunction(f, app)) ?? null;
  return { app, library, subject: app, caller };
}

/**
 * An anonymous callback says little; when the function right around it in the same file called it (through a built-in
 * such as Array.prototype.map), the name is there. Returns that function's place in the stack.
 */
function namedAround(frames: readonly Frame[], at: number): number {
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
