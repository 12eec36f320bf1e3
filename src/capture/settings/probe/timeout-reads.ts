// Whether anything acts when an outgoing request waits too long. A timeout of a socket only emits 'timeout': since Node 19
// every request through the global agent has one of 5 s, and nothing ends unless there is a listener. Node's own listeners
// were read from the sources of Node 16 to 26.
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import { attempt, numberOf } from './setting-values.ts';

/** "unclear": somebody listens, but its socket is not connected yet, and only then gets its timeout. */
export type TimeoutState = 'acts' | 'none' | 'unclear';

export interface TimeoutReads {
  stateOf(request: unknown, socket: unknown): TimeoutState;
}

const MAX_LISTENERS = 20;
const LONGEST_TEXT = 400;
/** The agent's, which ends free sockets only, and the one that passes the event on to the request. */
const NODES_OWN = [
  ['function onTimeout() {', "debug('CLIENT socket onTimeout')"],
  ['function emitRequestTimeout() {', 'const req = this._httpMessage'],
] as const;

export function createTimeoutReads(reads: DataReads): TimeoutReads {
  const { own } = reads;
  const codesOf = (emitter: unknown): string[] =>
    reads
      .listenersOf(emitter, 'timeout', MAX_LISTENERS)
      .map((listener) => Function.prototype.toString.call(listener).slice(0, LONGEST_TEXT));
  /** A request that follow-redirects made (axios does) passes all events on: who listens there counts. */
  const hasListener = (request: unknown): boolean => {
    const codes = codesOf(request);
    const outer = own(request, '_redirectable');
    if (outer === undefined) return codes.length > 0;
    return codesOf(outer).length > 0 || codes.some((code) => !code.includes('_redirectable.emit('));
  };
  const read = (request: unknown, socket: unknown): TimeoutState => {
    const isHeard = hasListener(request) || codesOf(socket).some((code) => !isNodesOwn(code));
    if (!isHeard) return 'none';
    // 0 on the socket is "off", whatever the request or its agent said before.
    const millis = numberOf(reads, socket, 'timeout') ?? numberOf(reads, request, 'timeout') ?? 0;
    if (millis > 0) return 'acts';
    return own(socket, 'connecting') === true ? 'unclear' : 'none';
  };
  return { stateOf: (request, socket) => attempt(() => read(request, socket)) ?? 'unclear' };
}

function isNodesOwn(code: string): boolean {
  return NODES_OWN.some(
    ([head, first]) => code.startsWith(head) && code.slice(head.length).trimStart().startsWith(first),
  );
}
