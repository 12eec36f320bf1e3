// Where a capture writes each reading at once, so that a capture cut short keeps what it had.
import type { SampleLine } from './lines.ts';

export type { SampleLine } from './lines.ts';

export type CapturedFileKind = 'cpu-profile' | 'heap-profile' | 'allocation-profile' | 'heap-snapshot';

export interface CapturedFile {
  kind: CapturedFileKind;
  thread: number;
  path: string;
  /** For heap profiles: when it was read. */
  atMillis?: number;
}

/** A script as V8 runs it. Its text need not be that of any file: runners compile on the way, and executables carry it. */
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

export interface CaptureSink {
  line(line: SampleLine): void;
  /** `content` is V8's own JSON, as other tools open it. */
  file(file: CapturedFile, content: object): void;
  /** For what is too large to be held: written piece by piece, compressed. `end` resolves when it is on disk. */
  stream(file: CapturedFile): CaptureStream;
  /** What V8 told of scripts of one thread, the oldest first. */
  scripts(scripts: RunningScript[]): void;
}

export interface CaptureStream {
  write(chunk: string): void;
  end(): Promise<void>;
  /** Of half a file nothing is kept. */
  discard(): Promise<void>;
}
