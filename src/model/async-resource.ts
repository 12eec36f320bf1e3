// Async resources watched from their creation: what was made where, and how much of it is still there. Pure data.
import type { Frame } from './frame.ts';

/** What became of a site's resources, at one read. Counts are scaled to everything made while hooks were on. */
export interface AsyncSiteRead {
  atMillis: number;
  /** Made at this site since hooks went on. */
  made: number;
  /** Of `watched` resources (the ones held weakly), how many are still alive and not closed. */
  watched: number;
  alive: number;
  /** Of the watched ones older than 5 s: how many there are, and how many of them are alive. */
  oldWatched: number;
  oldAlive: number;
  /** And how many of them were given up: of requests that came in, those whose client went away before the answer began. */
  oldDropped?: number;
  /**
   * Of requests that go out: how many of `oldAlive` the program has not ended, so that the other side waits for the rest. Of streams:
   * in how many of them 1,000 writes or more wait.
   */
  oldUnended?: number;
  /** Of the watched ones that are alive; absent in old recordings. */
  oldestMillis?: number;
}

/** One creation stack of one type of resource. */
export interface AsyncSite {
  thread: number;
  /** async_hooks' name: "Timeout", "TCPWRAP", "PROCESSWRAP", "WORKER", "FSREQCALLBACK", "FILEHANDLE", ... */
  type: string;
  /**
   * Of requests: "GET 10.0.0.7:80/rates/#", "POST /orders". Those of type "http.*.request" count as alive until their answer
   * begins, "http.server.answer" until it has ended, and "http.server.write", whose stack writes a first part of it, too;
   * "http.server.failure" are those that are answered late, with a status of 500 or more. Of streams that are written to ("stream.write"), the class.
   */
  label?: string;
  /** The kind of request ("POST /orders") that the program was handed each time when it made one. */
  serving?: string;
  /** Of requests that came in and wait long: where the function that answers them begins, if its router tells. */
  handler?: Frame;
  /** Creation stack, innermost first. */
  frames: Frame[];
  /** For timers: `setInterval` repeats. */
  isRepeating?: boolean;
  /** For timers: the delay asked for. */
  delayMillis?: number;
  /** For timers: Node counts those that are alive, for none had `unref()` called; absent in old recordings. */
  isReferenced?: boolean;
  /** Of requests that go out: how many of those looked at use an Agent, and how many different Agents these are. */
  agents?: { by: number; different: number };
  reads: AsyncSiteRead[];
}

export interface AsyncObservation {
  thread: number;
  /** Share of the capture in which hooks were on, 0..1. */
  coverage: number;
  /** Creations seen by type, per second of hook time: says how busy the process is. */
  madePerSecond: Record<string, number>;
  sites: AsyncSite[];
}
