// Requests that the program makes, with node:http or with undici: the code that makes them, their destination, and which
// still wait.

import type { ProbeCore } from '../../../probe/core.ts';
import { pathPattern } from '../../../probe/path-pattern.ts';
import { type Below, captureStack } from '../../../probe/stacks/stack-capture.ts';
import type { AsyncSites } from '../probe/async-sites.ts';
import { createSamplingPace } from '../probe/sampling-pace.ts';
import { SAMPLES_PER_BURST, SAMPLES_PER_SECOND, textOf } from './request-sampling.ts';

export interface OutgoingRequests {
  /** Messages of `http.client.request.created`, `undici:request:create` and `undici:request:headers`. */
  created(message: unknown): void;
  createdByUndici(message: unknown): void;
  answeredByUndici(message: unknown): void;
  /** From the init of a tick in which Node hands a socket to a request: older Nodes have no channel for its making. */
  tick(resource: object, below: Below): void;
  /** The end of a burst of so many seconds. */
  settle(seconds: number): void;
}

export function createOutgoingRequests(core: ProbeCore, sites: AsyncSites): OutgoingRequests {
  const { reads } = core;
  const { own, isObject, nameOf } = reads;
  const { Socket }: typeof import('node:net') = core.load('net');
  const answered = new WeakSet<object>();
  const met = new WeakSet<object>();
  const pace = createSamplingPace(SAMPLES_PER_SECOND, SAMPLES_PER_BURST);

  // What waits for its answer: a body that is not read afterwards is a matter of its socket.
  const waitsForResponse = (request: object) =>
    !own(request, 'res') && own(request, 'destroyed') !== true && own(request, 'aborted') !== true;
  /** A body is announced, and of a connection of its own no more than the head was written. */
  const lacksBody = (request: object): boolean => {
    const length = own(reads.bySymbol(request, 'kOutHeaders'), 'content-length');
    const announced = Number(Array.isArray(length) ? own(length, 1) : 0);
    const socket = own(request, 'socket') ?? reads.bySymbol(request, 'kSocket');
    const head = own(request, '_header');
    if (!(announced > 0) || own(request, 'reusedSocket') !== false) return false;
    if (typeof head !== 'string' || !reads.isA(socket, Socket)) return false;
    // Node's own: on its prototype, and so for every socket.
    const written: unknown = Reflect.get(Socket.prototype, 'bytesWritten', socket);
    return typeof written === 'number' && written > 0 && written <= head.length;
  };
  /** Without its body or its end the server has its head at most, and waits. */
  const isUnended = (request: object) => own(request, 'finished') === false || lacksBody(request);
  const waitsInUndici = (request: object) =>
    own(request, 'completed') !== true && own(request, 'aborted') !== true && !answered.has(request);

  /** With the port, as the header says it; the host alone where there is none. */
  const hostOf = (request: object): string => {
    const header = own(reads.bySymbol(request, 'kOutHeaders'), 'host');
    return textOf(Array.isArray(header) ? own(header, 1) : undefined) || textOf(own(request, 'host'));
  };
  const labelOf = (request: object, host: string) =>
    `${textOf(own(request, 'method'))} ${host}${pathPattern(own(request, 'path'))}`;
  /** undici's origin is text or a URL: without the protocol, and without who signs in. */
  const originHost = (origin: unknown): string =>
    reads.isA(origin, URL)
      ? textOf(Reflect.get(URL.prototype, 'host', origin))
      : withoutUser(afterMark(textOf(origin), '://'));
  const remember = (request: object, below: Below, weight: number) => {
    if (met.has(request)) return;
    met.add(request);
    const frames = captureStack(below);
    const label = labelOf(request, hostOf(request));
    const agent = own(request, 'agent');
    const uses = isObject(agent) ? agent : undefined;
    sites.remember({
      ...REQUEST,
      resource: request,
      frames,
      weight,
      label,
      uses,
      isAlive: waitsForResponse,
      isUnended,
    });
  };

  const created = (message: unknown) => {
    try {
      const request = own(message, 'request');
      if (core.isStopped() || !isObject(request)) return;
      const weight = pace.take();
      if (weight > 0) remember(request, created, weight);
    } catch {}
  };
  const createdByUndici = (message: unknown) => {
    try {
      const request = own(message, 'request');
      if (core.isStopped() || !isObject(request)) return;
      const weight = pace.take();
      if (weight === 0) return;
      const frames = captureStack(createdByUndici);
      const label = labelOf(request, originHost(own(request, 'origin')));
      sites.remember({ ...REQUEST, resource: request, frames, weight, label, isAlive: waitsInUndici });
    } catch {}
  };
  return {
    created,
    createdByUndici,
    answeredByUndici(message) {
      try {
        const request = own(message, 'request');
        if (isObject(request)) answered.add(request);
      } catch {}
    },
    tick(resource, below) {
      if (nameOf(own(resource, 'callback')) !== 'onSocketNT') return;
      const args = own(resource, 'args');
      const request = Array.isArray(args) ? args[0] : undefined;
      if (!isObject(request) || met.has(request)) return;
      const weight = pace.take();
      if (weight > 0) remember(request, below, weight);
    },
    settle: pace.settle,
  };
}

const REQUEST = { type: 'http.client.request' };

function afterMark(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? text : text.slice(at + mark.length);
}

function withoutUser(hostAndPath: string): string {
  const [host = ''] = hostAndPath.split('/', 1);
  return host.includes('@') ? afterMark(hostAndPath, '@') : hostAndPath;
}
