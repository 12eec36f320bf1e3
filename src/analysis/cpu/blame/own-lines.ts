// Which lines of a profile are a function's own. Node 16 to 24 credit a function that V8 has inlined to its caller, with the
// line in the inlined function's file: that line does not belong to the caller, and may not even be in its file.
import type { CpuProfile } from '../../../model/cpu-profile.ts';
import type { Frame } from '../../../model/frame.ts';
import { functionKey } from './blame.ts';

export interface OwnLines {
  /** Samples by line, without those of inlined functions. */
  own: Map<number, number>;
  /** The inlined function with most samples, where another stack of the profile tells which it is. */
  inlined: { frame: Frame; samples: number } | null;
}

type TextOf = (file: string, line: number) => string | undefined;

/** What each function was seen to call elsewhere in the profile, where V8 had not inlined it. */
export type Callees = ReadonlyMap<string, ReadonlyMap<number, Frame>>;

/** Of each of these callers, by `functionKey`: by line of the functions that it calls in other files. */
export function calleesByLine({ nodes }: CpuProfile, callers: ReadonlySet<string>): Callees {
  const callees = new Map<string, Map<number, Frame>>();
  for (const node of nodes) {
    const { frame, parent } = node;
    const caller = parent < 0 ? null : nodes[parent]!.frame;
    if (!caller || caller.file === null || frame.file === null || caller.file === frame.file) continue;
    const key = functionKey(caller);
    if (!callers.has(key)) continue;
    const byLine = callees.get(key) ?? new Map<number, Frame>();
    callees.set(key, byLine);
    for (const line of node.lineTicks.keys()) if (line !== frame.line) byLine.set(line, frame);
  }
  return callees;
}

/** `textOf` is asked whether the function's file has a line at all; where it knows none of the file, nothing is ruled out. */
export function ownLines(
  frame: Frame,
  lineTicks: ReadonlyMap<number, number>,
  { callees, textOf }: { callees: Callees; textOf: TextOf },
): OwnLines {
  const { file } = frame;
  const inlinedAt = callees.get(functionKey(frame)) ?? new Map<number, Frame>();
  const isKnownFile = file !== null && [...lineTicks.keys()].some((line) => textOf(file, line) !== undefined);
  const own = new Map<number, number>();
  const inlined = new Map<Frame, number>();
  for (const [line, samples] of lineTicks) {
    const isOutside =
      line < (frame.line ?? 0) || (isKnownFile && textOf(file, line) === undefined) || inlinedAt.has(line);
    if (!isOutside) own.set(line, samples);
    const callee = isOutside ? inlinedAt.get(line) : undefined;
    if (callee) inlined.set(callee, (inlined.get(callee) ?? 0) + samples);
  }
  const [most] = [...inlined].sort((a, b) => b[1] - a[1]);
  return { own, inlined: most ? { frame: most[0], samples: most[1] } : null };
}
