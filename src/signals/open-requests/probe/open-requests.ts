// Requests of clients whose answer has not begun, found through the sockets of the program's servers: also those that came in
// before anything was watched. Each that a read finds is known again at the next, and held weakly.
import type { ProbeCore } from '../../../probe/core.ts';
import { activeHandles } from '../../../probe/objects/active-handles.ts';
import { isNative } from '../../../probe/objects/native-functions.ts';
import type { ThreadInspector } from '../../../probe/objects/thread-inspector.ts';
import { pathPattern } from '../../../probe/path-pattern.ts';
import { textOf } from '../../async/requests/request-sampling.ts';
import { handlerOf } from '../../async/requests/route-handler.ts';
import type { OpenRequestsRead } from '../wire.ts';

type Group = OpenRequestsRead['groups'][number];

/** An answer that has not begun. */
interface Noted {
  answer: WeakRef<object>;
  seenAt: number;
}

interface OfLabel extends Pick<Group, 'answered' | 'left'> {
  noted: Noted[];
  /** Of the server that the last of them came to. */
  server: WeakRef<object>;
}

/** With 60 sockets the first read took 8 ms, because its code runs for the first time, and each later one less than one. */
const MOST_LOOKED_AT = 600;
const MOST_NOTED = 600;
const MOST_LABELS = 30;
const LASTING_MILLIS = 8_000;

/** What the function returns goes into the recording. It never throws. */
export function createOpenRequests(core: ProbeCore, thread: ThreadInspector): () => OpenRequestsRead {
  const { own, isObject, listenersOf, nameOf, bySymbol, prototypeOf } = core.reads;
  const labels = new Map<string, OfLabel>();
  const isNoted = new WeakSet<object>();
  let count = 0;
  core.cleanups.push(() => labels.clear());

  /** The head of an answer is a text once it was sent. */
  const isOpen = (answer: object): boolean =>
    typeof own(answer, '_header') !== 'string' && own(answer, 'finished') !== true && !isLeft(answer);
  /** Node.js says so when the client closes the connection. */
  const isLeft = (answer: object): boolean => own(answer, 'destroyed') === true;

  /** Null before Node 18. Behind TLS it is the only way to the socket of the answer. */
  const listedBy = (server: object): unknown[] | null => {
    const list = bySymbol(server, 'http.server.connections');
    const all = own(prototypeOf(list), 'all');
    if (typeof all !== 'function' || !isNative(all)) return null;
    return (all.call(list) as object[]).map((parser) => own(parser, 'socket'));
  };
  const someSockets = (): object[] => {
    const servers = new Map<object, unknown[] | null>();
    const sockets: unknown[] = [];
    for (const handle of activeHandles()) {
      if (sockets.length >= MOST_LOOKED_AT) break;
      const server = own(handle, 'server');
      if (!isObject(server)) continue;
      const isNew = !servers.has(server);
      if (isNew) servers.set(server, listedBy(server));
      const listed = servers.get(server);
      if (!listed) sockets.push(handle);
      else if (isNew) sockets.push(...listed.slice(0, MOST_LOOKED_AT));
    }
    return sockets.filter(isObject);
  };
  const note = (socket: object, now: number) => {
    const server = own(socket, 'server');
    const answer = own(socket, '_httpMessage');
    if (!isObject(server) || !isObject(answer) || isNoted.has(answer) || !isOpen(answer)) return;
    const request = own(answer, 'req');
    const label = `${textOf(own(request, 'method'))} ${pathPattern(own(request, 'url'))}`;
    const ofLabel = labels.get(label) ?? { noted: [], answered: 0, left: 0, server: new WeakRef(server) };
    if (count >= MOST_NOTED || (labels.size >= MOST_LABELS && !labels.has(label))) return;
    labels.set(label, ofLabel);
    isNoted.add(answer);
    ofLabel.noted.push({ answer: new WeakRef(answer), seenAt: now });
    ofLabel.server = new WeakRef(server);
    count++;
  };
  const settle = (ofLabel: OfLabel) => {
    const before = ofLabel.noted.length;
    ofLabel.noted = ofLabel.noted.filter(({ answer: ref }) => {
      const answer = ref.deref();
      if (answer && isOpen(answer)) return true;
      // What was answered sent its head; of what nobody holds any more it is not known.
      if (answer && typeof own(answer, '_header') === 'string') ofLabel.answered++;
      else if (answer) ofLabel.left++;
      return false;
    });
    count -= before - ofLabel.noted.length;
  };
  const handlersOf = (group: Map<Group, object | null>) =>
    thread.during((inspect) => {
      for (const [each, handler] of group) {
        const place = handler && inspect(handler)?.place;
        if (!place) continue;
        const { url, line, column } = place;
        each.handler = { name: nameOf(handler), url, line, column };
      }
    });
  return () => {
    const groups = new Map<Group, object | null>();
    try {
      const now = core.now();
      for (const socket of someSockets()) note(socket, now);
      for (const [label, ofLabel] of labels) {
        settle(ofLabel);
        const { noted, answered, left, server } = ofLabel;
        const ages = noted.map(({ seenAt }) => now - seenAt);
        const lasting = ages.filter((age) => age >= LASTING_MILLIS).length;
        const oldestMillis = Math.round(Math.max(0, ...ages));
        const last = noted.at(-1)?.answer.deref();
        const isAsked = last !== undefined && lasting + left > 0;
        const handler = isAsked ? (handlerOf(core.reads, last) ?? listenerOf(server.deref())) : null;
        groups.set({ label, open: noted.length, lasting, oldestMillis, answered, left }, handler);
      }
      if ([...groups.values()].some(Boolean)) handlersOf(groups);
    } catch {}
    return { groups: [...groups.keys()] };
  };

  function listenerOf(server: object | undefined): object | null {
    return (server && listenersOf(server, 'request', 1)[0]) ?? null;
  }
}
