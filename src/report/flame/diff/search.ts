// Finding frames of a differential flame graph by what they are called.
import type { PageData } from './page-model.ts';
import type { DiffWords } from './words.ts';

export interface DiffSearch {
  /** By frame: whether its name, place or package holds the text, in small or capital letters. */
  find(text: string): boolean[];
  /** How many there are, and how much self time of each side is in them. */
  describe(isFound: readonly boolean[]): string;
  /** Of the nodes whose frame passes, the one of the largest weight; -1: there is none. */
  widest(passes: (frame: number) => boolean, weights: Float64Array): number;
}

export function createDiffSearch({ tree, frames }: PageData, words: DiffWords): DiffSearch {
  function find(text: string): boolean[] {
    const sought = text.toLowerCase();
    return frames.map(({ name, place, package: owner }) =>
      `${name} ${place} ${owner}`.toLowerCase().includes(sought),
    );
  }

  function describe(isFound: readonly boolean[]): string {
    let base = 0;
    let head = 0;
    let count = 0;
    tree.frame.forEach((frame, node) => {
      if (!isFound[frame]) return;
      count++;
      base += tree.baseSelf[node]!;
      head += tree.headSelf[node]!;
    });
    if (count === 0) return 'nothing found';
    const sides = `self ${words.micros(base)} to ${words.micros(head)}`;
    return `${count} ${count === 1 ? 'frame' : 'frames'}, ${sides} (${words.signedMicros(head - base)})`;
  }

  function widest(passes: (frame: number) => boolean, weights: Float64Array): number {
    return tree.frame.reduce(
      (best, frame, node) => (passes(frame) && (best < 0 || weights[node]! > weights[best]!) ? node : best),
      -1,
    );
  }

  return { find, describe, widest };
}
