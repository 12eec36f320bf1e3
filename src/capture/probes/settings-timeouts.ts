// A part of the settings probe (sent as text, whole by itself): whether something acts when an outgoing request waits
// too long. A timeout of a socket only emits 'timeout': since Node 20 every request through the global agent has one of
// 5 s, and nothing ends by it unless somebody listens. What Node itself listens with was read from Node 16 to 26.
import type { createPlainReads } from './settings-reads.ts';

/** "unclear": somebody listens, but its socket is not connected yet, and only then gets its timeout. */
export type TimeoutState = 'acts' | 'none' | 'unclear';

export function createTimeoutReads({
  own,
  number,
  listeners: listenersIn,
  attempt,
}: ReturnType<typeof createPlainReads>) {
  const MOST = 20;
  const listenersOf = (emitter: unknown): unknown[] => listenersIn(emitter, 'timeout', MOST);
  const textOf = (listener: unknown): string => {
    const inner = own(listener, 'listener');
    const fn = typeof inner === 'function' ? inner : listener;
    return typeof fn === 'function' ? Function.prototype.toString.call(fn).slice(0, 400) : '';
  };
  /** The agent's, which ends free sockets only, and the one that passes the event on to the request. */
  const isNodesOwn = (listener: unknown): boolean =>
    /^function onTimeout\(\) \{\s*debug\('CLIENT socket onTimeout'\)|^function emitRequestTimeout\(\) \{\s*const req = this\._httpMessage/.test(
      textOf(listener),
    );
  /** A request that follow-redirects made (axios does) passes all events on: who listens there counts. */
  const hasListener = (request: unknown): boolean => {
    const listeners = listenersOf(request);
    const outer = own(request, '_redirectable');
    if (outer === undefined) return listeners.length > 0;
    return (
      listenersOf(outer).length > 0 ||
      listeners.some((listener) => !/\b_redirectable\.emit\(/.test(textOf(listener)))
    );
  };
  const read = (request: unknown, socket: unknown): TimeoutState => {
    const isHeard = hasListener(request) || listenersOf(socket).some((listener) => !isNodesOwn(listener));
    if (!isHeard) return 'none';
    // 0 on the socket is "off", whatever the request or its agent said before.
    const millis = number(socket, 'timeout') ?? number(request, 'timeout') ?? 0;
    if (millis > 0) return 'acts';
    return own(socket, 'connecting') === true ? 'unclear' : 'none';
  };
  return {
    stateOf: (request: unknown, socket: unknown): TimeoutState =>
      attempt(() => read(request, socket)) ?? 'unclear',
  };
}
