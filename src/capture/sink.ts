// Where a capture puts what it gets, the moment it gets it: so that a capture cut short keeps what it had.
import type { LoadTurn } from '../model/comparison/load.ts';
import type { PassiveSample, RuntimeSample } from '../model/samples.ts';
import type { Compilations } from './compile-watch.ts';
import type { KeepAliveRead } from './keep-alive.ts';
import type {
  ProbeAsyncRead,
  ProbeCensus,
  ProbeCollections,
  ProbeFrame,
  ProbeHandlers,
  ProbeLookup,
  ProbePools,
  ProbeThreadPool,
  ProbeWalk,
} from './probes/probe-protocol.ts';

/** One line of `samples.jsonl`. */
export type SampleLine =
  | ({ type: 'passive' } & PassiveSample)
  | ({
      type: 'runtime';
      stuckFrames?: ProbeFrame[];
      ownPauses?: [from: number, to: number][];
      poolWaitsMillis?: number[];
      lookups?: ProbeLookup[];
    } & RuntimeSample)
  | ({ type: 'turn'; thread: number; atMillis: number } & LoadTurn)
  | ({ type: 'async'; thread: number; atMillis: number } & ProbeAsyncRead)
  | ({ type: 'collections'; thread: number; atMillis: number } & ProbeCollections)
  | ({ type: 'census'; thread: number; atMillis: number } & ProbeCensus)
  | ({ type: 'walk'; thread: number; atMillis: number } & ProbeWalk)
  | ({ type: 'compilations'; thread: number; atMillis: number } & Compilations)
  | ({ type: 'pools'; thread: number; atMillis: number } & ProbePools)
  | ({ type: 'thread-pool'; thread: number; atMillis: number } & ProbeThreadPool)
  | ({ type: 'handlers'; thread: number; atMillis: number } & ProbeHandlers)
  | ({ type: 'closures'; thread: number; atMillis: number } & ClosuresLocated)
  | ({ type: 'alive'; thread: number; atMillis: number } & KeepAliveRead)
  | ({ type: 'snapshot'; thread: number; atMillis: number } & SnapshotTaken);

/** Where functions begin whose number grew from one census to the next. `class` is as in the lines of type `census`. */
export interface ClosuresLocated {
  closures: { class: string; frame: ProbeFrame }[];
}

/** A heap snapshot, and which of its nodes are the collections that were seen growing. */
export interface SnapshotTaken {
  path: string;
  millis: number;
  /** `collection` is its id in the lines of type `collections`, `node` V8's snapshot object id. */
  suspects: { collection: number; node: number }[];
}

export type CapturedFileKind = 'cpu-profile' | 'heap-profile' | 'allocation-profile' | 'heap-snapshot';

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
  /** For what is too large to be held: written piece by piece, compressed. `end` resolves when it is on disk. */
  stream(file: CapturedFile): CaptureStream;
}

export interface CaptureStream {
  write(chunk: string): void;
  end(): Promise<void>;
  /** Of half a file nothing is kept. */
  discard(): Promise<void>;
}
