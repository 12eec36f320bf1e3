// Whether snapshots are of one program: comparing the heaps of two would call every difference growth.

/** Of the files of the smaller program, the part that the other must have too. */
const LEAST_SHARED = 0.3;

/** Files of each snapshot's program, relative to its folder. */
export function sharedProgram(programs: readonly ReadonlySet<string>[]): boolean {
  return programs.every((files, index) => {
    const before = programs[index - 1];
    if (!before) return true;
    // A program without files (node -e) is another one than any that has some.
    if (before.size === 0 || files.size === 0) return before.size === files.size;
    const shared = [...files].filter((file) => before.has(file)).length;
    return shared >= LEAST_SHARED * Math.min(files.size, before.size);
  });
}
