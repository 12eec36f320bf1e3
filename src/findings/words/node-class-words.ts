// Objects and bytes that Node itself keeps without the program knowing, in some versions forever: what they are, and what to
// do.
import type { Frame } from '../../model/frame.ts';

interface ClassWords {
  /** What follows "The heap grows by 0.2 MB/s: ". `rate` is such as "40/s". */
  title(rate: string): string;
  advice: string;
}

interface ListWords extends Pick<ClassWords, 'advice'> {
  /** `rate`: null where they were not counted. */
  title(rate: string | null): string;
}

/** Null where the class has no such meaning in this version of Node ("v20.11.1"). */
export function nodeClassWords(name: string, nodeVersion: string | null): ClassWords | null {
  if (name !== 'Timeout' || !losesFiredTimers(nodeVersion)) return null;
  return {
    title: (rate) => `timers that have fired accumulate at ${rate}, in a table of Node.js itself`,
    advice:
      'Do not use a timer as a key or a number (timers[timer], `+timer`): Node.js then enters it in a table and, before 20.15 and 22.3, does not remove it when it fires. Keep timers in a Map or Set, clear them with clearTimeout(), or update Node.js.',
  };
}

/** Of lists of Node's own that no object of the program leads to: by the class of their entries, or by what of Node's made these. `made`: innermost first. */
export function nodeListWords(entry: string, made: readonly Frame[]): ListWords | null {
  const isMade = made.some(({ file }) => file === 'node:internal/perf/usertiming');
  if (!/^Performance(?:Mark|Measure)$/.test(entry) && !isMade) return null;
  return {
    title: (rate) =>
      `marks and measures accumulate${rate === null ? '' : ` at ${rate}`} in the performance timeline of Node.js`,
    advice:
      'Node.js keeps every mark and measure until `performance.clearMarks()` and `performance.clearMeasures()`: clear them by name once they are read (a package that sets them may have a function for it), or take two readings of `performance.now()` where only a duration is wanted. A lookup by name traverses all of them.',
  };
}

/** Until these versions Node's table of timers by number kept those that had fired. */
function losesFiredTimers(nodeVersion: string | null): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(nodeVersion ?? '') ?? [];
  if (major === undefined) return false;
  const [fixedMajor, fixedMinor] = Number(major) >= 21 ? [22, 3] : [20, 15];
  return Number(major) < fixedMajor || (Number(major) === fixedMajor && Number(minor) < fixedMinor);
}

/** By the files of Node that what stays was made in; null where nothing is known of this version ("v24.17.0"). */
export function keptBuffersNote(files: readonly string[], nodeVersion: string | null): string | null {
  if (!files.includes('node:internal/blob') || !keepsStreamedBlobs(nodeVersion)) return null;
  return 'Node.js 24.16 to 24.18 keep forever the bytes of each Blob whose stream() was read. fetch() reads it when the body is a Blob or a form that contains one. Update Node.js, or send a Buffer or a stream instead of a Blob.';
}

function keepsStreamedBlobs(nodeVersion: string | null): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(nodeVersion ?? '') ?? [];
  return Number(major) === 24 && Number(minor) >= 16 && Number(minor) <= 18;
}
