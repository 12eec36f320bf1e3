// Our end of the probe: installs it through a session and calls the remote handle. No global is left in the target; the
// handle lives and dies with the session, and with the lease.

import { AttachError } from '../../errors.ts';
import type { InspectorSession } from '../../target/inspector/inspector-session.ts';
import { probeSource } from '../expressions.ts';
import type { ProbeConfig, ProbeHandle } from '../probe-protocol.ts';
import { type EvaluateResult, forEachObject } from './probe-objects.ts';

type Method = keyof ProbeHandle;
type Answer<M extends Method> = ReturnType<ProbeHandle[M]>;

export interface ProbeClient {
  /** Calls a method of the probe in the target; arguments and answer are plain JSON. */
  call<M extends Method>(method: M, ...args: Parameters<ProbeHandle[M]>): Promise<Answer<M>>;
  /** The same with an object of the target as first argument. */
  callWith<M extends Method>(method: M, objectId: string, ...args: unknown[]): Promise<Answer<M>>;
  /** Asks about each object of a list that a method returns; null: there is none, or it cannot be asked. */
  askEach<M extends Method, T>(
    method: M,
    args: Parameters<ProbeHandle[M]>,
    ask: (objectId: string) => Promise<T | null>,
  ): Promise<(T | null)[]>;
  /** Runs work that holds the target on our behalf: its pauses and collections are not counted as the program's own. */
  duringOwnPause<T>(step: string, work: () => Promise<T>): Promise<T>;
}

const CALL_TIMEOUT_MILLIS = 60_000;

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
  const callOn = async <M extends Method>(method: M, args: object[]): Promise<Answer<M>> => {
    const params = {
      objectId: handleId,
      functionDeclaration: `function (...args) { return this.${method}(...args); }`,
      arguments: args,
      returnByValue: true,
      silent: true,
    };
    const { result } = await session.send<EvaluateResult>(
      'Runtime.callFunctionOn',
      params,
      CALL_TIMEOUT_MILLIS,
    );
    return result.value as Answer<M>;
  };
  const asValues = (args: unknown[]) => args.map((value) => ({ value }));
  return {
    call: (method, ...args) => callOn(method, asValues(args)),
    callWith: (method, objectId, ...args) => callOn(method, [{ objectId }, ...asValues(args)]),
    askEach: (method, args, ask) => forEachObject(session, { handleId, method, args: asValues(args) }, ask),
    async duringOwnPause(step, work) {
      await callOn('ownPauseBegins', [{ value: step }]);
      try {
        return await work();
      } finally {
        await callOn('ownPauseEnds', []).catch(() => {});
      }
    },
  };
}
