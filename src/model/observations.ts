// Everything in a recording, decoded: all that the analysis and the rules may use. Pure data.
import type { Warning } from '../wire/warning.ts';
import type { AsyncObservation } from './async-resource.ts';
import type { AcceptedSockets, OpenRequests } from './clients.ts';
import type { LoadTurn } from './comparison/load.ts';
import type { CpuProfile } from './cpu-profile.ts';
import type { ReportCapture, ReportTarget } from './finding.ts';
import type { RecordedHeap } from './heap/recorded-heap.ts';
import type { KeepAliveLook } from './keep-alive.ts';
import type { ClassCount, ClosureGrowth, CompileSite, FinalizationUse } from './memory/census.ts';
import type { CollectionGrowth } from './memory/collection.ts';
import type { HeapSamplingRead } from './memory/heap-sampling.ts';
import type { Pool, ThreadPoolUse } from './pool.ts';
import type { ProfileOrigin } from './profile-origin.ts';
import type { Limits, PassiveSample, RuntimeSample, SchedulingSample, StuckStack } from './samples.ts';

/** A recording after decoding. Lists are empty when a capture step did not run. */
export interface Observations {
  target: ReportTarget;
  capture: ReportCapture;
  limits: Limits;
  passive: PassiveSample[];
  scheduling: SchedulingSample[];
  runtime: RuntimeSample[];
  cpuProfiles: CpuProfile[];
  heapReads: HeapSamplingRead[];
  /** All that was allocated, live or not: where a run of a comparison was captured. */
  allocations: HeapSamplingRead[];
  /** Turns of load of a run of a comparison. */
  turns: LoadTurn[];
  asyncObservations: AsyncObservation[];
  /** Connections of clients that a listener of the program has; empty where none of them accumulated. */
  accepted: AcceptedSockets[];
  /** Requests of clients that wait for the start of their answer. */
  openRequests: OpenRequests[];
  pools: Pool[];
  threadPool: ThreadPoolUse[];
  collections: CollectionGrowth[];
  classes: ClassCount[];
  closures: ClosureGrowth[];
  registries: FinalizationUse[];
  compileSites: CompileSite[];
  /** One for each thread that was asked what keeps it alive. */
  keepAlive: KeepAliveLook[];
  /** From heap snapshots; empty when none was taken. */
  heap: RecordedHeap;
  /** Stacks that held an event loop which had not turned for a second, innermost frame first. */
  stuck: StuckStack[];
  /** Text of source lines the profile points at, for naming what a line does: "file:line" -> text. */
  sourceLines: Map<string, string>;
  warnings: Warning[];
  /** The process id means nothing any more, or not here: no command names it. Absent: it does. */
  isPast?: boolean;
  /** Whose profiles these are; absent: our own. */
  origin?: ProfileOrigin;
}
