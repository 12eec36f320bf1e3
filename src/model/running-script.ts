// A script as V8 runs it. Its text need not be that of any file: runners compile on the way, and executables carry it.

export interface RunningScript {
  url: string;
  /** Of its text. */
  lines: number;
  /** UTF-16 units of its text. */
  characters: number;
  /**
   * What its text says its source map is: a `data:` URL, or an address relative to the script. "" where it names none, null
   * where the map was too large to be kept.
   */
  sourceMapUrl: string | null;
}
