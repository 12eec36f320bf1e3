// Answers that have no end because their client went away before it. A response may be collected as soon as its client has
// gone, so what is known of each is kept beside it.
import type { ProbeCore } from '../../../probe/core.ts';
import type { AsyncSites } from '../probe/async-sites.ts';

export interface LeftAnswers {
  /** A request that is looked at has come in. */
  arrived(response: object, of: { label: string; weight: number }): void;
  /** A message of `http.server.response.finish`. */
  finished(message: unknown): void;
  /** Our own collection: no census may take it for the program's. */
  own: object;
}

/** What is kept of one answer, of the sites of type `http.server.client`. */
interface Known {
  response: WeakRef<object>;
  isFinished: boolean;
  at: number;
}

/** Longer than from one read of the sites to the next: what is lost before it is read is not counted. */
const KEPT_MILLIS = 15_000;
const MOST_KEPT = 1_000;

/** The response of a resource of the sites of type `http.server.client`, where it is there. */
export function responseOf(known: object): object | undefined {
  return (known as Known).response.deref();
}

export function createLeftAnswers({ now, reads, cleanups }: ProbeCore, sites: AsyncSites): LeftAnswers {
  const { own, isObject } = reads;
  const kept = new Set<Known>();
  const byResponse = new WeakMap<object, Known>();
  cleanups.push(() => kept.clear());
  const isAlive = (known: object): boolean => {
    const { isFinished, response } = known as Known;
    const held = isFinished ? undefined : response.deref();
    return held !== undefined && own(held, 'destroyed') !== true;
  };
  const isDropped = (known: object) => !(known as Known).isFinished;
  return {
    arrived(response, { label, weight }) {
      const known: Known = Object.assign(Object.create(null), {
        response: new WeakRef(response),
        isFinished: false,
        at: now(),
      });
      for (const old of kept) {
        if (known.at - old.at < KEPT_MILLIS && kept.size < MOST_KEPT) break;
        kept.delete(old);
      }
      kept.add(known);
      byResponse.set(response, known);
      const made = { resource: known, frames: [], weight, label };
      sites.remember({ ...made, type: 'http.server.client', isAlive, isDropped });
    },
    finished(message) {
      try {
        const response = own(message, 'response');
        const known = isObject(response) ? byResponse.get(response) : undefined;
        if (known) known.isFinished = true;
      } catch {}
    },
    own: kept,
  };
}
