// The lines people wrote, for stacks of bundles and compiled files: through source maps, where the files are at hand.
import type { ReadText } from '../../recording/sources/script-position.ts';
import { collectSources } from '../../recording/sources/sources.ts';
import type { CrashError, StackFrame } from '../ends/crash-error.ts';
import { codeOwner } from './stack-frame.ts';

/** Changes the frames of the error and of its causes in place. Frames without a map stay as they are. */
export function placeInSources(error: CrashError, readText: ReadText, depth = 0): void {
  const own = error.frames.filter((frame) => frame.owner !== 'node' && frame.line !== null);
  const positions = own.map(({ file, line, column }) => ({
    url: file,
    line: line! - 1,
    column: (column ?? 0) - 1,
  }));
  const { scripts } = collectSources(positions, readText);
  for (const [i, frame] of own.entries())
    place(frame, scripts[frame.file]?.positions[`${positions[i]!.line}:${positions[i]!.column}`]);
  if (depth < 20) for (const cause of error.causes) placeInSources(cause, readText, depth + 1);
}

function place(frame: StackFrame, found: [path: string, line: number, column: number] | undefined): void {
  if (!found || found[0] === frame.file) return;
  [frame.file, frame.line, frame.column] = found;
  frame.owner = codeOwner(found[0]);
}
