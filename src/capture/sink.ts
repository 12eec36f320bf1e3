// Where a capture puts what it gets, the moment it gets it: so that a capture cut short keeps what it had.
import type { PassiveSample, RuntimeSample } from '../model/samples.ts';
import type { ProbeAsyncRead, ProbeCollections, ProbeFrame } from './probes/probe-protocol.ts';

/** One line of `samples.jsonl`. */
export type SampleLine =
  | ({ type: 'passive' } & PassiveSample)
  | ({ type: 'runtime'; stuckFrames?: ProbeFrame[] } & RuntimeSample)
  | ({ type: 'async'; thread: number; atMillis: number } & ProbeAsyncRead)
  | ({ type: 'collections'; thread: number; atMillis: number } & ProbeCollections);

export type CapturedFileKind = 'cpu-profile' | 'heap-profile';

export interface CapturedFile {
  kind: CapturedFileKind;
  thread: number;
  path: string;
  /** For heap profiles: when it was read. */
  atMillis?: number;
}

export interface CaptureSink {
  line(line: SampleLine): void;
  /** `content` is V8's own JSON, as other tools open it. */
  file(file: CapturedFile, content: object): void;
}
