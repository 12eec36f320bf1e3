// The protocol between the probe in the target and the capture outside: plain JSON, without a version because both ends come
// from the same build. What becomes a line of the recording has the shape in its signal's wire.ts.
import type { AcceptedRead } from '../signals/accepted/wire.ts';
import type { AsyncRead, HandlersRead } from '../signals/async/wire.ts';
import type { Census, Walk } from '../signals/census/wire.ts';
import type { CollectionsRead } from '../signals/collections/wire.ts';
import type { OpenRequestsRead } from '../signals/open-requests/wire.ts';
import type { PoolsRead } from '../signals/pools/wire.ts';
import type { ProbeSample, StackNow } from '../signals/runtime/wire.ts';
import type { ThreadPoolWatch } from '../signals/thread-pool/wire.ts';

export type {
  AsyncRead as ProbeAsyncRead,
  AsyncSiteRead as ProbeAsyncSite,
  HandlersRead as ProbeHandlers,
} from '../signals/async/wire.ts';
export type { Census as ProbeCensus, Walk as ProbeWalk } from '../signals/census/wire.ts';
export type { CollectionsRead as ProbeCollections, ObjectType } from '../signals/collections/wire.ts';
export type { PoolRead as ProbePool, PoolsRead as ProbePools } from '../signals/pools/wire.ts';
export type { Lookup as ProbeLookup, ProbeSample } from '../signals/runtime/wire.ts';
export type { ThreadPoolWatch as ProbeThreadPool } from '../signals/thread-pool/wire.ts';
export type { Holder as ProbeHolder } from '../wire/holder.ts';
export type { WireFrame as ProbeFrame } from '../wire/parts.ts';

export interface ProbeConfig {
  /** The script name the probe runs under. */
  url: string;
  /** The probe expires when nothing was asked of it for this long. */
  leaseMillis: number;
  /** Whether the expiring lease closes the inspector: only when we opened it. */
  closeInspector: boolean;
  /** Nobody but us reads the console of this inspector: at the end V8 forgets what it has kept for it. */
  forgetLogged?: boolean;
  /** async_hooks types to watch from creation; empty leaves the hooks off. */
  asyncTypes: string[];
  /** Creations a second (of any type, promises too) that we allow ourselves to see: sets the share of bursts. */
  asyncInitsPerSecond: number;
  /** Of each type: so many of them are asked for a stack. */
  asyncStacksPerSecond: number;
  longestRestMillis: number;
}

export interface WalkLimits {
  /** Functions that hold each other are followed for so many of them. */
  longestChain: number;
  /** Only what plain data leads to, not what functions close over: a tenth of the time. */
  isDataOnly: boolean;
  /** What allocates the objects that stay is looked into first. */
  first: WalkFirst;
}

export interface WalkFirst {
  /** Of functions. */
  names: readonly string[];
  /** Paths of modules. */
  files: readonly string[];
  /** Functions of libraries that call the program: where each begins, as `functionKey` puts it. */
  callers: readonly string[];
}

export interface ProbeRequests {
  answered: number;
  /** Of these, with a status of 500 or more. */
  failed: number;
}

/** One step of ours on one thread, all times that it was done. Milliseconds. */
export interface OwnStep {
  step: string;
  count: number;
  totalMillis: number;
  longestMillis: number;
}

/** What `installProbe` leaves with our session: reachable through a remote object only. */
export interface ProbeHandle {
  sample(): ProbeSample;
  readAsync(): AsyncRead;
  /** Watches the creation of these async_hooks types, too, from now on. */
  watchAlso(types: string[]): void;
  /** Whether V8 tells somebody of each promise now: then every await takes the slow way already. */
  arePromisesHooked(): boolean;
  census(objects: Iterable<object>, deadlineMillis: number): Census;
  /** Where the thread is right now, below us. */
  stackNow(): StackNow;
  /** Makes V8 collect soon, in steps beside the program; false where it cannot be made to. */
  encourageCollection(): boolean;
  /** Node counts what runs here (NODE_V8_COVERAGE): see inspector-session.ts. */
  isCovered(): boolean;
  /** Lists the scripts that have run, id and URL, so that functions can be placed: a pause. */
  listScripts(): [scriptId: string, url: string][];
  /** Begins to look for collections that the program can be seen to hold. */
  beginWalk(limits: WalkLimits): void;
  /** One slice of it; null: there is more to see, and this was not the last one. */
  walkOn(millis: number, isLast: boolean): Walk | null;
  readCollections(atMillis: number, trapTop: number): CollectionsRead;
  /** Begins to look for pools and agents, in slices. */
  findPools(budgetMillis: number, isDataOnly: boolean): void;
  readPools(): PoolsRead;
  startPoolWatch(): void;
  stopPoolWatch(): ThreadPoolWatch;
  /** Of requests that have waited long for their answer: the handlers that routers remember in them. */
  lastingHandlers(): HandlersRead;
  /** Connections of clients that servers have handed to listeners of the program. */
  acceptedSockets(): AcceptedRead;
  /** Requests of clients that wait for the start of their answer. */
  openRequests(): OpenRequestsRead;
  growingObjects(): (object | null)[];
  functionsOf(classes: string[]): (object | null)[];
  beat(): number;
  /** Runs work in a turn of the event loop of its own: see probe-client.ts. */
  inTurn<T>(work: () => T): Promise<T | undefined>;
  /** What we held the thread for so far. */
  ownSteps(): OwnStep[];
  /** Between these two the inspector works for us: pauses and collections are ours. */
  ownPauseBegins(step: string): void;
  ownPauseEnds(): void;
  stop(): void;
}
