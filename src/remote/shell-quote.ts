// Words for a POSIX shell: for commands that go through one, and for those shown to be typed again.

/** The word itself where a shell leaves it alone, else in single quotes. */
export function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
