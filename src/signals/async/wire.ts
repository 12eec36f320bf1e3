// One read of the async resources that were watched from their creation: what was made where, and how much is still there;
// and the handlers of requests that wait long.
import * as v from 'valibot';
import {
  type BodyOf,
  count,
  counts,
  functionPlace,
  listOf,
  stack,
  text,
  threadLine,
} from '../../wire/parts.ts';

const asyncSite = v.object({
  /** The same in every read; absent in old recordings, where each read has the frames. */
  id: v.optional(count),
  /** async_hooks' name: "Timeout", "TCPWRAP", "PROCESSWRAP", "WORKER", "FSREQCALLBACK", "FILEHANDLE", ... */
  type: text,
  /** Of a request: method, host and path. */
  label: v.optional(text),
  /** The kind of request, as in `label`, that was being handed to the program each time, before it waited for anything. */
  serving: v.optional(text),
  /** Given once: empty in later reads. */
  frames: stack,
  /** Of timers: `setInterval` repeats. */
  repeats: v.boolean(),
  /** Of timers, milliseconds; else -1. */
  delay: v.pipe(v.number(), v.finite()),
  /** Of timers: all that are alive keep the process alive (none had `unref()` called), so that Node counts them. */
  referenced: v.optional(v.boolean()),
  /** Made at this site since hooks went on. Counts are scaled to everything made while hooks were on. */
  made: count,
  /** Held weakly; of these, how many are alive and not closed. */
  watched: count,
  alive: count,
  /** Of the watched ones older than 5 s. */
  oldWatched: count,
  oldAlive: count,
  /** And how many of them were given up: of requests, those whose client went away before the answer began. */
  oldDropped: v.optional(count),
  /** Of requests that go out: how many of `oldAlive` the program has not ended. Of streams: in how many 1,000 writes or more wait. */
  oldUnended: v.optional(count),
  /** Of requests: how many of those looked at use an Agent, and how many different Agents these are. */
  usedBy: v.optional(count),
  used: v.optional(count),
  /** Of the watched ones that are alive. */
  oldestMillis: v.optional(count, 0),
});
export type AsyncSiteRead = v.InferOutput<typeof asyncSite>;

export const asyncLine = threadLine('async', {
  /** Share of time with hooks on since the probe was installed. */
  coverage: count,
  onMillis: count,
  /** Creations seen by type while hooks were on. */
  seen: counts,
  sites: v.array(asyncSite),
});
export type AsyncLine = v.InferOutput<typeof asyncLine>;
export type AsyncRead = BodyOf<AsyncLine>;
/** Where the functions begin that answer requests which wait long: found in what routers keep in a request. */
export const handlersLine = threadLine('handlers', {
  /** `site` is an id of the lines of type `async`. */
  handlers: listOf(
    v.object({
      site: count,
      ...functionPlace,
      /** The pattern of its router: "/rates/:pair". */
      route: v.optional(text),
    }),
  ),
});
export type HandlersLine = v.InferOutput<typeof handlersLine>;
export type HandlersRead = BodyOf<HandlersLine>;
