// The state of the answer to a request, as its response object shows: not begun, begun, ended, given up, or a stream that is
// meant to go on.
import type { ProbeCore } from '../../../probe/core.ts';

export interface AnswerStates {
  /** Nothing of it is sent, and its client is there. */
  waits(response: object): boolean;
  /** Its client went away before it began. */
  isGivenUp(response: object): boolean;
  /** Begun or not, it has no end yet, and its client is there. False for streams, which are meant to go on. */
  isOpen(response: object): boolean;
  /** Of one that is not open: it came to no end of its own. */
  isLeft(response: object): boolean;
}

/** Content of these types goes on for as long as there is something to tell. */
const STREAMED = [
  'text/event-stream',
  'multipart/',
  'application/octet-stream',
  'application/grpc',
  'audio/',
  'video/',
];
const STREAMED_FORMATS = ['ndjson', 'jsonl', 'stream'];
const CONTENT_TYPE = 'content-type:';
const LONGEST_HEAD = 4_000;
/** One that sends something this long after it was first looked at goes on. */
const LATE_MILLIS = 5_000;

export function createAnswerStates({ now, reads }: Pick<ProbeCore, 'now' | 'reads'>): AnswerStates {
  const { own, isObject, prototypeOf } = reads;
  const sent = new WeakMap<object, { at: number; bytes: number }>();
  const streams = new WeakSet<object>();

  /** By its socket, as libuv's own handle counts them; undefined where there is none. */
  const bytesSent = (response: object): number | undefined => {
    const handle = own(own(response, 'socket'), '_handle');
    for (let at = prototypeOf(handle); isObject(handle) && at; at = prototypeOf(at)) {
      const ask = Object.getOwnPropertyDescriptor(at, 'bytesWritten')?.get;
      if (!ask) continue;
      const bytes: unknown = ask.call(handle);
      return typeof bytes === 'number' ? bytes : undefined;
    }
    return undefined;
  };
  const goesOn = (response: object): boolean => {
    const bytes = bytesSent(response);
    if (bytes === undefined) return false;
    const before = sent.get(response);
    if (!before) sent.set(response, { at: now(), bytes });
    else if (bytes > before.bytes && now() - before.at >= LATE_MILLIS) return true;
    else before.bytes = bytes;
    return false;
  };
  const isStream = (response: object): boolean => {
    if (streams.has(response)) return true;
    const head = own(response, '_header');
    if (typeof head !== 'string') return false;
    if (!isStreamed(head.slice(0, LONGEST_HEAD)) && !goesOn(response)) return false;
    streams.add(response);
    return true;
  };
  const hasEnded = (response: object) =>
    own(response, 'destroyed') === true || own(response, 'finished') === true;
  return {
    // Once the head is sent it may be a stream or a page that is long in coming: somebody works on it.
    waits: (response) => !own(response, '_header') && !hasEnded(response),
    isGivenUp: (response) => !own(response, '_header') && own(response, 'destroyed') === true,
    isOpen: (response) => !hasEnded(response) && !isStream(response),
    isLeft: (response) => own(response, 'finished') !== true,
  };
}

function isStreamed(head: string): boolean {
  const line = head
    .toLowerCase()
    .split('\n')
    .find((text) => text.startsWith(CONTENT_TYPE));
  const [type = ''] = (line ?? '').slice(CONTENT_TYPE.length).split(';', 1);
  const known = type.trim();
  const isOfFormats =
    known.startsWith('application/') && STREAMED_FORMATS.some((format) => known.includes(format));
  return isOfFormats || STREAMED.some((prefix) => known.startsWith(prefix));
}
