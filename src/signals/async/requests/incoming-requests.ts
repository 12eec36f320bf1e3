// Requests that come in to the program's servers, and which of them still wait for an answer.

import type { ProbeCore } from '../../../probe/core.ts';
import { pathPattern } from '../../../probe/path-pattern.ts';
import type { AsyncSites } from '../probe/async-sites.ts';
import { createSamplingPace } from '../probe/sampling-pace.ts';
import { SAMPLES_PER_BURST, SAMPLES_PER_SECOND, textOf } from './request-sampling.ts';

export interface IncomingRequests {
  /** A message of `http.server.request.start`. */
  arrived(message: unknown): void;
  /** The end of a burst of so many seconds. */
  settle(seconds: number): void;
}

const MAX_LABELS = 60;

export function createIncomingRequests(core: ProbeCore, sites: AsyncSites): IncomingRequests {
  const { own, isObject } = core.reads;
  const labels = new Set<string>();
  const pace = createSamplingPace(SAMPLES_PER_SECOND, SAMPLES_PER_BURST);
  // Once the head is sent it may be a stream or a page that is long in coming: somebody works on it.
  const waitsForAnswer = (response: object) =>
    !own(response, '_header') && own(response, 'destroyed') !== true && own(response, 'finished') !== true;
  const wasGivenUp = (response: object) => !own(response, '_header') && own(response, 'destroyed') === true;
  const labelOf = (request: unknown): string => {
    const label = `${textOf(own(request, 'method'))} ${pathPattern(own(request, 'url'))}`;
    if (!labels.has(label) && labels.size >= MAX_LABELS) return 'other paths';
    labels.add(label);
    return label;
  };
  return {
    arrived(message) {
      try {
        const response = own(message, 'response');
        if (core.isStopped() || !isObject(response)) return;
        const weight = pace.take();
        if (weight === 0) return;
        sites.remember({
          type: 'http.server.request',
          resource: response,
          frames: [],
          weight,
          label: labelOf(own(message, 'request')),
          isAlive: waitsForAnswer,
          isDropped: wasGivenUp,
        });
      } catch {}
    },
    settle: pace.settle,
  };
}
