// A part of the probe (see install-probe.ts: sent as text, whole by itself): requests, those that come in and those that
// go out, heard of through Node's diagnostics channels while hooks are on.
import type { AsyncSites } from './async-sites.ts';
import type { ProbeCore } from './probe-protocol.ts';
import type { createSamplingPace } from './sampling-pace.ts';
import type { StackCapture } from './stack-capture.ts';

export interface RequestChannels {
  on(): void;
  off(): void;
  /** From the init of a tick in which Node hands a socket to a request: older Nodes have no channel for its making. */
  tick(resource: object, below: (...args: never[]) => unknown): void;
  /** How many of each were met since this was last asked, and stands then for one in `every`. */
  settle(seconds: number): void;
}

export interface RequestChannelParts {
  sites: AsyncSites;
  captureStack: StackCapture;
  createPace: typeof createSamplingPace;
  pathPattern(path: unknown): string;
}

export function createRequestChannels(
  core: ProbeCore,
  { sites, captureStack, pathPattern, createPace }: RequestChannelParts,
): RequestChannels {
  const SAMPLES_PER_SECOND = 40;
  const SAMPLES_PER_BURST = 10;
  const MAX_INBOUND_LABELS = 60;
  const inboundLabels = new Set<string>();
  const answered = new WeakSet<object>();
  const met = new WeakSet<object>();
  const begin = () => createPace(core.isPicked, SAMPLES_PER_SECOND, SAMPLES_PER_BURST);
  const paces = { inbound: begin(), outbound: begin() };
  const own = core.ownValue;
  const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '');

  // What waits for its answer: a body that is not read afterwards is a matter of its socket.
  const waitsForResponse = (request: object) =>
    !own(request, 'res') && own(request, 'destroyed') !== true && own(request, 'aborted') !== true;
  const waitsInUndici = (request: object) =>
    own(request, 'completed') !== true && own(request, 'aborted') !== true && !answered.has(request);
  // Once the head is sent it may be a stream or a page that is long in coming: somebody works on it.
  const waitsForAnswer = (response: object) =>
    !own(response, '_header') && own(response, 'destroyed') !== true && own(response, 'finished') !== true;

  /** With the port, as the header says it; the host alone where there is none. */
  const hostOf = (request: object): string => {
    const key = Object.getOwnPropertySymbols(request).find(
      ({ description }) => description === 'kOutHeaders',
    );
    const header = key && own(own(request, key), 'host');
    return text(Array.isArray(header) ? header[1] : undefined) || text(own(request, 'host'));
  };
  const rememberOutgoing = (request: object, below: (...args: never[]) => unknown, every: number) => {
    if (met.has(request)) return;
    met.add(request);
    sites.remember({
      type: 'http.client.request',
      resource: request,
      frames: captureStack(below),
      weight: every,
      label: `${text(own(request, 'method'))} ${hostOf(request)}${pathPattern(own(request, 'path'))}`,
      isAlive: waitsForResponse,
    });
  };

  const created = (message: unknown) => {
    try {
      const request = own(message, 'request');
      if (core.isStopped() || typeof request !== 'object' || !request) return;
      const weight = paces.outbound.take();
      if (weight > 0) rememberOutgoing(request, created, weight);
    } catch {}
  };
  const createdByUndici = (message: unknown) => {
    try {
      const request = own(message, 'request');
      if (core.isStopped() || typeof request !== 'object' || !request) return;
      const weight = paces.outbound.take();
      if (weight === 0) return;
      sites.remember({
        type: 'http.client.request',
        resource: request,
        frames: captureStack(createdByUndici),
        weight,
        label: `${text(own(request, 'method'))} ${text(String(own(request, 'origin') ?? '')).replace(/^\w+:\/\/([^@/]*@)?/, '')}${pathPattern(own(request, 'path'))}`,
        isAlive: waitsInUndici,
      });
    } catch {}
  };
  const answeredByUndici = (message: unknown) => {
    try {
      const request = own(message, 'request');
      if (typeof request === 'object' && request) answered.add(request);
    } catch {}
  };
  const arrived = (message: unknown) => {
    try {
      const response = own(message, 'response');
      if (core.isStopped() || typeof response !== 'object' || !response) return;
      const weight = paces.inbound.take();
      if (weight === 0) return;
      const request = own(message, 'request');
      let label = `${text(own(request, 'method'))} ${pathPattern(own(request, 'url'))}`;
      if (!inboundLabels.has(label) && inboundLabels.size >= MAX_INBOUND_LABELS) label = 'other paths';
      inboundLabels.add(label);
      sites.remember({
        type: 'http.server.request',
        resource: response,
        frames: [],
        weight,
        label,
        isAlive: waitsForAnswer,
      });
    } catch {}
  };

  const channels: typeof import('node:diagnostics_channel') = core.load('diagnostics_channel');
  const heard = {
    'http.client.request.created': created,
    'undici:request:create': createdByUndici,
    'http.server.request.start': arrived,
  };
  type Subscriber = (message: unknown, name: string | symbol) => void;
  // Node 16 to 18 lose subscribers of a channel that nobody else holds.
  const held = Object.entries(heard).map(([name, listen]) => ({
    channel: channels.channel(name),
    listen: listen as Subscriber,
  }));
  const headers = channels.channel('undici:request:headers');
  headers.subscribe(answeredByUndici as Subscriber);
  let isOn = false;
  const off = () => {
    if (!isOn) return;
    isOn = false;
    for (const { channel, listen } of held) channel.unsubscribe(listen);
  };
  core.cleanups.push(() => {
    off();
    headers.unsubscribe(answeredByUndici as Subscriber);
  });

  return {
    on() {
      if (isOn || core.isStopped()) return;
      isOn = true;
      for (const { channel, listen } of held) channel.subscribe(listen);
    },
    off,
    tick(resource, below) {
      const callback = own(resource, 'callback');
      if (typeof callback !== 'function' || callback.name !== 'onSocketNT') return;
      const args = own(resource, 'args');
      const request = Array.isArray(args) ? args[0] : undefined;
      if (typeof request !== 'object' || !request || met.has(request)) return;
      const weight = paces.outbound.take();
      if (weight > 0) rememberOutgoing(request, below, weight);
    },
    settle(seconds) {
      for (const pace of Object.values(paces)) pace.settle(seconds);
    },
  };
}
