// Which frame of a stack the reader can change: the first frame of the application's own, and the package between.
import type { Frame } from '../model/frame.ts';

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

/** `frames` innermost first. */
export function blame(frames: readonly Frame[]): Blame {
  const at = frames.findIndex((frame) => frame.owner === 'app');
  const above = at < 0 ? frames : frames.slice(0, at);
  const library = above.findLast((frame) => frame.owner === 'library') ?? null;
  const app = at < 0 ? null : namedAround(frames, at);
  const caller = app
    ? (frames.slice(frames.indexOf(app) + 1).find((f) => f.owner === 'app' && !isSameFunction(f, app)) ??
      null)
    : null;
  return { app, library, subject: app ?? library, caller };
}

/**
 * An anonymous callback says little; when the function right around it in the same file called it (through a built-in
 * such as Array.prototype.map), the name is there. The line stays the callback's.
 */
function namedAround(frames: readonly Frame[], at: number): Frame {
  const frame = frames[at]!;
  if (frame.functionName !== '(anonymous)') return frame;
  for (let i = at + 1; i < frames.length; i++) {
    const outer = frames[i]!;
    if (outer.owner === 'native') continue;
    const encloses =
      outer.owner === 'app' && outer.file === frame.file && (outer.line ?? 0) <= (frame.line ?? 0);
    return encloses && outer.functionName !== '(anonymous)' ? outer : frame;
  }
  return frame;
}

export function isSameFunction(a: Frame, b: Frame): boolean {
  return a.functionName === b.functionName && a.file === b.file;
}

/** A function's identity within a recording. */
export function functionKey(frame: Frame): string {
  return `${frame.functionName}|${frame.file ?? ''}|${frame.line ?? 0}`;
}
