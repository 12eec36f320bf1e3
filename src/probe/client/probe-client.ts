// culprit's end of the probe: installs it through a session and calls the remote handle. No global is left in the target;
// the handle lives and dies with the session, and with the lease.

import { AttachError } from '../../errors.ts';
import type { InspectorSession } from '../../target/inspector/inspector-session.ts';
import { probeSource } from '../expressions.ts';
import type { ProbeConfig, ProbeHandle } from '../probe-protocol.ts';
import { type EvaluateResult, forEachObject } from './probe-objects.ts';

type Method = Exclude<keyof ProbeHandle, 'inTurn'>;

const CALL_TIMEOUT_MILLIS = 60_000;
const TURN_TIMEOUT_MILLIS = 3_000;

/**
 * What goes through objects of the program, and how long it is waited for. The inspector calls wherever the program is, in the middle
 * of a function or of a regular expression; in a turn of their own these calls meet no object that is half changed.
 */
const IN_TURN = {
  beginWalk: TURN_TIMEOUT_MILLIS,
  walkOn: TURN_TIMEOUT_MILLIS,
  readCollections: TURN_TIMEOUT_MILLIS,
  findPools: TURN_TIMEOUT_MILLIS,
  readPools: TURN_TIMEOUT_MILLIS,
  lastingHandlers: TURN_TIMEOUT_MILLIS,
  openRequests: TURN_TIMEOUT_MILLIS,
  /** It takes as long as was allowed. */
  census: CALL_TIMEOUT_MILLIS,
} as const satisfies Partial<Record<Method, number>>;
type InTurn = keyof typeof IN_TURN;
const isInTurn = (method: Method): method is InTurn => Object.hasOwn(IN_TURN, method);

/** null: the event loop did not turn in time; the call is then left out. */
type Answer<M extends Method> = M extends InTurn
  ? ReturnType<ProbeHandle[M]> | null
  : ReturnType<ProbeHandle[M]>;

export interface ProbeClient {
  /** The event loop has not come to what it was asked for: it does not turn. */
  readonly isHeld: boolean;
  /** Asks it for nothing but one turn, and waits for that for so long at most. */
  turn(patienceMillis: number): Promise<void>;
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
  const send = async (body: string, args: object[], awaitPromise: boolean): Promise<unknown> => {
    const params = {
      objectId: handleId,
      functionDeclaration: `function (...args) { return ${body}; }`,
      arguments: args,
      awaitPromise,
      returnByValue: true,
      silent: true,
    };
    const { result } = await session.send<EvaluateResult>(
      'Runtime.callFunctionOn',
      params,
      CALL_TIMEOUT_MILLIS,
    );
    return result.value;
  };
  const turns = createTurns();
  const inTurn = (method: InTurn, args: object[]) =>
    turns.ask(() => send(`this.inTurn(() => this.${method}(...args))`, args, true), IN_TURN[method]);
  const callOn = async <M extends Method>(method: M, args: object[]): Promise<Answer<M>> => {
    const answer = isInTurn(method) ? inTurn(method, args) : send(`this.${method}(...args)`, args, false);
    return (await answer) as Answer<M>;
  };
  const asValues = (args: unknown[]) => args.map((value) => ({ value }));
  return {
    get isHeld() {
      return turns.isHeld;
    },
    async turn(patienceMillis) {
      await turns.ask(() => send('this.inTurn(() => 0)', [], true), patienceMillis);
    },
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

interface Turns {
  readonly isHeld: boolean;
  /** Resolves with null where the event loop has not come to it in time, and at once until it has. */
  ask(send: () => Promise<unknown>, patienceMillis: number): Promise<unknown>;
}

function createTurns(): Turns {
  let isHeld = false;
  return {
    get isHeld() {
      return isHeld;
    },
    async ask(send, patienceMillis) {
      if (isHeld) return null;
      let timer: NodeJS.Timeout | undefined;
      const answer = send().finally(() => {
        isHeld = false;
        clearTimeout(timer);
      });
      // Where it comes too late, nobody hears of its end.
      answer.catch(() => {});
      const tooLate = new Promise<null>((resolve) => {
        timer = setTimeout(() => {
          isHeld = true;
          resolve(null);
        }, patienceMillis);
      });
      return Promise.race([answer, tooLate]);
    },
  };
}
