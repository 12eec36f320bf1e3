// Answers that have no end because their client went away before it, and those that say late that they failed. A response may
// be collected as soon as its client has gone, so what is known of each is kept beside it.
import type { ProbeCore } from '../../../probe/core.ts';
import type { AsyncSites } from '../probe/async-sites.ts';
import type { AnswerStates } from './answer-states.ts';
import { handlerOf } from './route-handler.ts';

export interface LeftAnswers {
  /** A request that is looked at has come in. Returns what is kept of its answer. */
  arrived(response: object, of: { label: string; weight: number }): object;
  /** Of what `arrived` returned: nothing of the answer is sent, and the client is there. */
  waits(known: object): boolean;
  /** The client went away before anything was sent, as far as it was seen before the response was collected. */
  isGivenUp(known: object): boolean;
  /** The response, while it is there; undefined also for what `arrived` did not return. */
  responseOf(known: object): object | undefined;
  /** A message of `http.server.response.finish`. */
  finished(message: unknown): void;
  /** Who answers the requests that were left, by label, as far as it was seen; some of them. */
  handlers(): { label: string; handler: object }[];
  /** Our own collection: no census may take it for the program's. */
  own: object;
}

/** What is kept of one answer, of the sites of type `http.server.client`. */
interface Known {
  label: string;
  weight: number;
  response: WeakRef<object>;
  isFinished: boolean;
  /** Something of it was sent when it was last looked at. */
  hasBegun: boolean;
  at: number;
}

/** Longer than from one read of the sites to the next: what is lost before it is read is not counted. */
const KEPT_MILLIS = 15_000;
const MOST_KEPT = 1_000;
/** An answer that takes so long is felt; and of these the statuses by which a server says that it failed. */
const LATE_MILLIS = 1_500;
const FAILED_FROM = 500;
/** Asking for the place of a function takes a message. */
const MOST_TOLD = 10;

export function createLeftAnswers(
  { now, reads, cleanups }: ProbeCore,
  sites: AsyncSites,
  states: AnswerStates,
): LeftAnswers {
  const { own, isObject } = reads;
  const kept = new Set<Known>();
  const byResponse = new WeakMap<object, Known>();
  const all = new WeakSet<object>();
  const answering = new Map<string, object>();
  cleanups.push(() => {
    kept.clear();
    answering.clear();
  });
  const noteHandler = (label: string, response: object | undefined) => {
    const handler = response && !answering.has(label) && handlerOf(reads, response);
    if (handler) answering.set(label, handler);
  };
  const isAlive = (known: object): boolean => {
    const { isFinished, response } = known as Known;
    const held = isFinished ? undefined : response.deref();
    return held !== undefined && own(held, 'destroyed') !== true;
  };
  const isDropped = (known: object) => !(known as Known).isFinished;
  const noteFailure = (known: Known, response: unknown) => {
    const status = own(response, 'statusCode');
    if (typeof status !== 'number' || status < FAILED_FROM || now() - known.at < LATE_MILLIS) return;
    const { label, weight } = known;
    sites.remember({
      type: 'http.server.failure',
      resource: known,
      frames: [],
      weight,
      label,
      isAlive: () => false,
    });
  };
  return {
    arrived(response, { label, weight }) {
      const known: Known = Object.assign(Object.create(null), {
        label,
        weight,
        response: new WeakRef(response),
        isFinished: false,
        hasBegun: false,
        at: now(),
      });
      for (const old of kept) {
        if (known.at - old.at < KEPT_MILLIS && kept.size < MOST_KEPT) break;
        kept.delete(old);
      }
      kept.add(known);
      all.add(known);
      byResponse.set(response, known);
      const made = { resource: known, frames: [], weight, label };
      sites.remember({ ...made, type: 'http.server.client', isAlive, isDropped });
      return known;
    },
    waits(known) {
      const response = (known as Known).response.deref();
      if (!response) return false;
      (known as Known).hasBegun ||= Boolean(own(response, '_header'));
      return states.waits(response);
    },
    isGivenUp(known) {
      const { response, isFinished, hasBegun } = known as Known;
      const held = response.deref();
      return held ? states.isGivenUp(held) : !isFinished && !hasBegun;
    },
    responseOf: (known) => (all.has(known) ? (known as Known).response.deref() : undefined),
    finished(message) {
      try {
        const response = own(message, 'response');
        const known = isObject(response) ? byResponse.get(response) : undefined;
        if (!known) return;
        known.isFinished = true;
        noteFailure(known, response);
        noteHandler(known.label, response as object);
      } catch {}
    },
    handlers() {
      for (const { label, response } of kept) noteHandler(label, response.deref());
      const left = [...kept].filter((known) => !isAlive(known) && isDropped(known));
      return [...new Set(left.map(({ label }) => label))].slice(0, MOST_TOLD).flatMap((label) => {
        const handler = answering.get(label);
        return handler ? [{ label, handler }] : [];
      });
    },
    own: kept,
  };
}
