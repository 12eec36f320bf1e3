// Our end of the probe: installs it through a session and speaks to the remote handle. No global is left in the
// target; the handle lives and dies with the session, and with the lease.

import { AttachError } from '../errors.ts';
import type { InspectorSession } from '../target/inspector-session.ts';
import { type EvaluateResult, type FunctionLocation, readLocations, readObjectIds } from './probe-objects.ts';
import { probeSource } from './probes/expressions.ts';
import type {
  ProbeAsyncRead,
  ProbeCensus,
  ProbeCollections,
  ProbeConfig,
  ProbeHandle,
  ProbeHandlers,
  ProbePools,
  ProbeSample,
  ProbeThreadPool,
  ProbeWalk,
} from './probes/probe-protocol.ts';

export interface ProbeClient {
  sample(): Promise<ProbeSample>;
  readAsync(): Promise<ProbeAsyncRead>;
  /** Watches the creation of these async_hooks types, too, from now on. */
  watchAlso(types: string[]): Promise<void>;
  readCollections(atMillis: number, trapTop: number): Promise<ProbeCollections>;
  /** V8's snapshot object ids of the collections of the last read, in its order; null where there is none. */
  growingObjectIds(): Promise<(number | null)[]>;
  /** Where one function of each of these classes of the last census begins; null where it cannot be told. */
  locateFunctions(classes: string[]): Promise<(FunctionLocation | null)[]>;
  /** Begins to look for pools and agents along references, in slices of 3 ms. */
  findPools(budgetMillis: number, isDataOnly: boolean): Promise<void>;
  readPools(): Promise<ProbePools>;
  /** Notes who uses the thread pool, from one to the other. */
  startPoolWatch(): Promise<void>;
  stopPoolWatch(): Promise<ProbeThreadPool>;
  /** Where the handlers of requests that wait long begin. */
  lastingHandlers(): Promise<ProbeHandlers>;
  /** Follows references from open handles: a short pause, next to no memory. */
  walk(deadlineMillis: number, longestChain: number): Promise<ProbeWalk>;
  /** Walks all live objects once: a pause that grows with the heap. */
  census(deadlineMillis: number): Promise<ProbeCensus>;
  /** Runs work that makes the target collect garbage on our behalf, so that it is not counted as its own. */
  duringOwnPause<T>(work: () => Promise<T>): Promise<T>;
  beat(): Promise<number>;
  stop(): Promise<void>;
}

/** Installs the probe. Rejects with AttachError when the thread gives no access to built-in modules. */
export async function installProbeIn(session: InspectorSession, config: ProbeConfig): Promise<ProbeClient> {
  const params = {
    expression: probeSource(config),
    includeCommandLineAPI: true,
    silent: true,
    returnByValue: false,
    objectGroup: 'culprit',
  };
  const { result } = await session.send<EvaluateResult>('Runtime.evaluate', params);
  if (!result.objectId) {
    throw new AttachError(
      `The probe could not be installed: ${String(result.value ?? 'unknown reason').slice(0, 200)}.`,
      'The profile is still taken.',
    );
  }
  return clientFor(session, result.objectId);
}

function clientFor(session: InspectorSession, handleId: string): ProbeClient {
  const call = async <T>(method: keyof ProbeHandle, args: object[] = []): Promise<T> => {
    const params = {
      objectId: handleId,
      functionDeclaration: `function (...args) { return this.${method}(...args); }`,
      arguments: args,
      returnByValue: true,
      silent: true,
    };
    const { result } = await session.send<EvaluateResult>('Runtime.callFunctionOn', params, 60_000);
    return result.value as T;
  };
  return {
    sample: () => call('sample'),
    readAsync: () => call('readAsync'),
    watchAlso: (types) => call('watchAlso', [{ value: types }]),
    growingObjectIds: () => readObjectIds(session, handleId),
    locateFunctions: (classes) => readLocations(session, handleId, classes),
    readCollections: (atMillis, trapTop) =>
      call('readCollections', [{ value: atMillis }, { value: trapTop }]),
    walk: (deadlineMillis, longestChain) =>
      call('walk', [{ value: deadlineMillis }, { value: longestChain }]),
    census: (deadlineMillis) => takeCensus(session, call, deadlineMillis),
    async duringOwnPause(work) {
      await call('ownPauseBegins');
      try {
        return await work();
      } finally {
        await call('ownPauseEnds').catch(() => {});
      }
    },
    findPools: (budgetMillis, isDataOnly) =>
      call('findPools', [{ value: budgetMillis }, { value: isDataOnly }]),
    readPools: () => call('readPools'),
    startPoolWatch: () => call('startPoolWatch'),
    stopPoolWatch: () => call('stopPoolWatch'),
    lastingHandlers: () => call('lastingHandlers'),
    beat: () => call('beat'),
    stop: () => call('stop'),
  };
}

async function takeCensus(
  session: InspectorSession,
  call: <T>(method: keyof ProbeHandle, args?: object[]) => Promise<T>,
  deadlineMillis: number,
): Promise<ProbeCensus> {
  const objectGroup = 'culprit-census';
  try {
    const prototype = await session.send<EvaluateResult>('Runtime.evaluate', {
      expression: 'Object.prototype',
      objectGroup,
      silent: true,
    });
    const query = { prototypeObjectId: prototype.result.objectId, objectGroup };
    const { objects } = await session.send<{ objects: { objectId: string } }>(
      'Runtime.queryObjects',
      query,
      120_000,
    );
    return await call('census', [{ objectId: objects.objectId }, { value: deadlineMillis }]);
  } finally {
    // The list holds every object of the heap: let go of it at once, whatever happened.
    await session.send('Runtime.releaseObjectGroup', { objectGroup }).catch(() => {});
  }
}
