// Requests to the program's servers: which of them still wait for an answer, or for its end, and which code writes it.

import type { ProbeCore } from '../../../probe/core.ts';
import { pathPattern } from '../../../probe/path-pattern.ts';
import { isUserFrame } from '../../../probe/stacks/frames.ts';
import { type Below, captureStack } from '../../../probe/stacks/stack-capture.ts';
import type { AsyncSites } from '../probe/async-sites.ts';
import { createSamplingPace } from '../probe/sampling-pace.ts';
import { createAnswerStates } from './answer-states.ts';
import { createLeftAnswers, type LeftAnswers } from './left-answers.ts';
import { SAMPLES_PER_BURST, SAMPLES_PER_SECOND, textOf } from './request-sampling.ts';

export interface IncomingRequests {
  /** A message of `http.server.request.start`. */
  arrived(message: unknown): void;
  /** A message of `http.server.response.finish`. */
  finished(message: unknown): void;
  /** From the init of a tick in which Node sends what a response has written: who wrote is on the stack. */
  tick(resource: object, below: Below): void;
  /** The end of a burst of so many seconds. */
  settle(seconds: number): void;
  left: LeftAnswers;
  /** The kind of request ("GET /carts/#") that is being handed to the program right now, before it waits for anything. */
  beingServed(): string | undefined;
}

const MAX_LABELS = 60;

export function createIncomingRequests(core: ProbeCore, sites: AsyncSites): IncomingRequests {
  const { own, isObject, nameOf } = core.reads;
  const { executionAsyncId }: typeof import('node:async_hooks') = core.load('async_hooks');
  const states = createAnswerStates(core);
  const left = createLeftAnswers(core, sites, states);
  const labels = new Set<string>();
  let served: { label: string; asyncId: number } | null = null;
  /** Those whose writer is not known yet. */
  const unwritten = new WeakMap<object, { label: string; weight: number }>();
  const arrivals = createSamplingPace(SAMPLES_PER_SECOND, SAMPLES_PER_BURST);
  const writes = createSamplingPace(SAMPLES_PER_SECOND, SAMPLES_PER_BURST);
  const labelOf = (request: unknown): string => {
    const label = `${textOf(own(request, 'method'))} ${pathPattern(own(request, 'url'))}`;
    if (!labels.has(label) && labels.size >= MAX_LABELS) return 'other paths';
    labels.add(label);
    return label;
  };
  const answer = { isAlive: states.isOpen, isDropped: states.isLeft };
  return {
    arrived(message) {
      try {
        const response = own(message, 'response');
        if (core.isStopped() || !isObject(response)) return;
        served = null;
        const weight = arrivals.take();
        if (weight === 0) return;
        const label = labelOf(own(message, 'request'));
        served = { label, asyncId: executionAsyncId() };
        const made = { resource: response, frames: [], weight, label };
        unwritten.set(response, { label, weight });
        sites.remember({
          ...made,
          resource: left.arrived(response, made),
          type: 'http.server.request',
          isAlive: left.waits,
          isDropped: left.isGivenUp,
        });
        sites.remember({ ...made, ...answer, type: 'http.server.answer' });
      } catch {}
    },
    finished: left.finished,
    left,
    // All that the parser of a connection calls has one id; what goes on after an await has another.
    beingServed: () => (served !== null && served.asyncId === executionAsyncId() ? served.label : undefined),
    tick(resource, below) {
      if (nameOf(own(resource, 'callback')) !== 'connectionCorkNT') return;
      const args = own(resource, 'args');
      // Node 24 and newer hand over the response itself.
      const socket = Array.isArray(args) ? args[0] : undefined;
      const message = own(socket, '_httpMessage') ?? socket;
      // Each is asked once; those that were not looked at when they came are none of our sample.
      const known = isObject(message) ? unwritten.get(message) : undefined;
      if (!isObject(message) || !known) return;
      unwritten.delete(message);
      const stands = writes.take();
      if (stands === 0) return;
      const frames = captureStack(below);
      if (!frames.some(isUserFrame)) return;
      const { label, weight } = known;
      const made = { resource: message, frames, weight: weight * stands, label };
      sites.remember({ ...made, ...answer, type: 'http.server.write' });
    },
    settle(seconds) {
      arrivals.settle(seconds);
      writes.settle(seconds);
    },
  };
}
