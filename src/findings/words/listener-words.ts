// The words for listeners and subscribers that accumulate: how the subscriber is recognised, what would look the same
// without being a fault, and what to do.
import type { Blame } from '../../analysis/cpu/blame/blame.ts';
import type { GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import type { Frame } from '../../model/frame.ts';
import { latePace, packageOf, place } from '../wording.ts';

/** As emitters and stores of all makes call it. */
export function isSubscribing({ functionName, owner }: Frame): boolean {
  return (
    owner === 'library' &&
    /^(on|once|addListener|addEventListener|subscribe|listen|observe)$/.test(lastName(functionName))
  );
}

/** Objects that stand for subscribers: between the application and what is added to, a package subscribes. */
export function isSubscribed(frames: readonly Frame[]): boolean {
  const app = frames.findIndex(({ owner }) => owner === 'app');
  return frames
    .slice(0, app < 0 ? frames.length : app)
    .some(({ owner, functionName }) => owner === 'library' && lastName(functionName) === 'subscribe');
}

/** `on()` of node:events, not that of an emitter, which Node calls addListener. */
function isIteratorOfEvents({ file, functionName }: Frame): boolean {
  return file === 'node:events' && functionName === 'on';
}

/** Files of Node through which everybody adds listeners. */
const ADDING_FILES = ['node:events', 'node:internal/event_target', 'node:internal/events/abort_listener'];

/** The function of Node that adds the listener for the application, which passes it a signal; null: the application adds it. */
function nodeAdder(frames: readonly Frame[]): Frame | null {
  const caller = frames.findIndex(({ owner }) => owner !== 'node');
  const [adder] = frames.slice(0, Math.max(0, caller)).slice(-1);
  return adder?.file && !ADDING_FILES.includes(adder.file) ? adder : null;
}

/** Functions by which a program has code of its own run whenever some state changes. */
export function watchesState(frames: readonly Frame[]): Frame | null {
  return (
    frames.find(
      ({ owner, functionName }) =>
        owner === 'library' &&
        /^(?:subscribe|watch|watchEffect|effect|autorun|reaction|observe|computed)$/.test(
          lastName(functionName),
        ),
    ) ?? null
  );
}

export const adviceOnSubscription = (adder: Frame): string =>
  `${packageOf(adder)} calls each subscriber until it is unsubscribed: end the subscription when the request, the connection or the object that it serves ends (unsubscribe(), an operator such as takeUntil() or first(), or the function that subscribing returned).`;

const lastName = (functionName: string): string => functionName.split('.').at(-1)!;

/** Listeners are no cache. */
export function listenersInnocence(filled: GrowingCollection | null): string {
  const pace = filled ? ` Their number grew ${latePace(filled.trend)}.` : '';
  return `A fixed number of clients or jobs that each add one stops adding once all are there.${pace}`;
}

export function adviceOnListeners(filled: GrowingCollection | null, blame: Blame | null): string {
  if (filled?.collection.isFollowed)
    return 'Do not combine the signal of one piece of work with one that lives as long as the process: Node.js keeps what AbortSignal.any() returns, with its listeners, for as long as one of the two can abort. Listen to the long-lived signal directly, and remove that listener when the work is done. Or remove the listeners of the combined signal: then Node.js releases it. From 24.20 and 26.7 on, it also releases a combined signal that was aborted.';
  const frames = filled?.insertion?.frames ?? [];
  if (frames.some(isIteratorOfEvents)) return END_ITERATOR;
  const adder = blame?.library ?? null;
  if (/^(?:Socket|TLSSocket)$/.test(filled?.collection.className ?? ''))
    return onConnection(adder, blame?.app ?? null);
  if (adder && isSubscribed(frames)) return adviceOnSubscription(adder);
  // Whoever subscribes through an emitter of a package adds them itself.
  if (adder && blame?.app && !isSubscribing(adder))
    return `${packageOf(adder)} adds these listeners: what ${place(blame.app)} creates with it stays attached. Create it once and share it instead of once for each call, or release it when it is no longer needed (close, end, destroy, unpipe or off, whichever it has).`;
  const node = filled?.collection.className === 'AbortSignal' ? nodeAdder(frames) : null;
  if (node && blame?.app)
    return `Node.js adds this listener for the signal that ${place(blame.app)} passes to \`${lastName(node.functionName)}()\`, and removes it when the operation ends; net.connect() never removes it (Node.js 20 to 26). Pass a signal that ends with the operation. Or pass no signal: call destroy() from a listener of your own on the signal, and remove that listener on "close".`;
  return 'Remove the listener when its owner is done (off, once, or an AbortSignal), or add it once, outside of the request.';
}

/** They live as long as the connection, which outlives what it was opened for. */
function onConnection(adder: Frame | null, app: Frame | null): string {
  const who = adder ? `${packageOf(adder)} adds` : 'This adds';
  const other = adder
    ? ` Look for an option of ${packageOf(adder)} that avoids this listener${app ? `, in what ${place(app)} passes to it` : ''}, or for a newer version.`
    : '';
  return `${who} a listener to a connection for each request, and one connection (keep-alive) serves many: what the listener closes over, often the request, stays until the connection ends. Listen on the request or the answer instead, or remove the listener when the answer has been sent or read; \`socket.setTimeout(ms, callback)\` adds one at each call, too.${other}`;
}

const END_ITERATOR =
  'The iterator that `on()` of node:events returns keeps its listener, and queues each event that is not read, until it is ended. Read it with `for await` and leave that loop by break or return, call its `return()` when it is no longer needed, or pass `on()` the AbortSignal of the request.';
