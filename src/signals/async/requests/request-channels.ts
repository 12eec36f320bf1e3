// Requests, those that come in and those that go out, heard of through Node's diagnostics channels while hooks are on.

import type { ProbeCore } from '../../../probe/core.ts';
import type { Below } from '../../../probe/stacks/stack-capture.ts';
import type { AsyncSites } from '../probe/async-sites.ts';
import { createIncomingRequests } from './incoming-requests.ts';
import type { LeftAnswers } from './left-answers.ts';
import { createOutgoingRequests } from './outgoing-requests.ts';

export interface RequestChannels {
  on(): void;
  off(): void;
  /** From the init of a tick: Node hands a socket to a request, or sends what a response has written. */
  tick(resource: object, below: Below): void;
  /** The end of a burst of so many seconds. */
  settle(seconds: number): void;
  left: LeftAnswers;
  /** The kind of request that is being handed to the program right now. */
  beingServed(): string | undefined;
}

type Subscriber = (message: unknown, name: string | symbol) => void;

export function createRequestChannels(core: ProbeCore, sites: AsyncSites): RequestChannels {
  const channels: typeof import('node:diagnostics_channel') = core.load('diagnostics_channel');
  const outgoing = createOutgoingRequests(core, sites);
  const incoming = createIncomingRequests(core, sites);
  const heard: Record<string, Subscriber> = {
    'http.client.request.created': outgoing.created,
    'undici:request:create': outgoing.createdByUndici,
    'http.server.request.start': incoming.arrived,
  };
  // Node 16 to 18 lose subscribers of a channel that nobody else holds.
  const held = Object.entries(heard).map(([name, listen]) => ({ channel: channels.channel(name), listen }));
  // What was begun while hooks were on goes on while they are off.
  const always = [
    { channel: channels.channel('undici:request:headers'), listen: outgoing.answeredByUndici as Subscriber },
    { channel: channels.channel('http.server.response.finish'), listen: incoming.finished as Subscriber },
  ];
  for (const { channel, listen } of always) channel.subscribe(listen);
  let isOn = false;
  const off = () => {
    if (!isOn) return;
    isOn = false;
    for (const { channel, listen } of held) channel.unsubscribe(listen);
  };
  core.cleanups.push(() => {
    off();
    for (const { channel, listen } of always) channel.unsubscribe(listen);
  });
  return {
    on() {
      if (isOn || core.isStopped()) return;
      isOn = true;
      for (const { channel, listen } of held) channel.subscribe(listen);
    },
    off,
    tick(resource, below) {
      outgoing.tick(resource, below);
      incoming.tick(resource, below);
    },
    left: incoming.left,
    beingServed: incoming.beingServed,
    settle(seconds) {
      outgoing.settle(seconds);
      incoming.settle(seconds);
    },
  };
}
