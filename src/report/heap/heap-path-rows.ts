// A retainer path as rows of text: how each step is reached, what is there, and where that is written. Strings must be
// inert already.
import { describeOwner, describePlace, describeStep, shorten } from '../../model/heap/heap-path-words.ts';
import type { RetainerPath } from '../../model/heap/heap-report.ts';

/** From the owner down. Files are printed relative to `folder`. */
export function pathRows({ owner, steps }: RetainerPath, folder: string): string[][] {
  return [
    [describeOwner(owner), shorten(owner.className), describePlace(owner.place, folder)],
    ...steps.map((step) => [describeStep(step), shorten(step.className), describePlace(step.place, folder)]),
  ];
}

/** The first two columns padded to their widest. */
export function alignRows(rows: readonly string[][]): string[] {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(([way, what, where]) =>
    `${way!.padEnd(widths[0]!)}  ${what!.padEnd(widths[1]!)}  ${where}`.trimEnd(),
  );
}
