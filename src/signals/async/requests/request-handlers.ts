// Which function answers a request that waits, as far as its router remembers it in the request.

import type { ProbeCore } from '../../../probe/core.ts';
import type { ThreadInspector } from '../../../probe/objects/thread-inspector.ts';
import type { ProbeHandlers } from '../../../probe/probe-protocol.ts';
import type { AsyncSites } from '../probe/async-sites.ts';
import { responseOf } from './left-answers.ts';

export interface RequestHandlers {
  lasting(): ProbeHandlers;
}

const LONG_MILLIS = 5_000;
const MAX_REQUESTS = 20;

export function createRequestHandlers(
  { reads }: ProbeCore,
  sites: AsyncSites,
  thread: ThreadInspector,
): RequestHandlers {
  const { own, nameOf } = reads;
  /** Express and its like: the last function of the route is the one that answers. */
  const handlerOf = (response: object): unknown => {
    const stack = own(own(own(response, 'req'), 'route'), 'stack');
    const length = Array.isArray(stack) ? Number(own(stack, 'length')) : 0;
    return own(own(stack, length - 1), 'handle');
  };
  return {
    lasting() {
      const handlers: ProbeHandlers['handlers'] = [];
      try {
        const waiting = ['http.server.request', 'http.server.answer'].flatMap((type) =>
          sites.lasting(type, LONG_MILLIS).slice(0, MAX_REQUESTS),
        );
        // Whoever answers those that are under way answers those whose clients have gone.
        const underWay = sites.lasting('http.server.client', 0).slice(0, MAX_REQUESTS);
        for (const { site, resource } of underWay) {
          const response = responseOf(resource);
          if (response) waiting.push({ site, resource: response });
        }
        const found = waiting.flatMap(({ site, resource }) => {
          const handler = handlerOf(resource);
          return typeof handler === 'function' ? [{ site, handler }] : [];
        });
        if (found.length === 0) return { handlers };
        thread.during((inspect) => {
          for (const { site, handler } of found) {
            const place = inspect(handler)?.place;
            if (!place) continue;
            const { url, line, column } = place;
            handlers.push({ site, name: nameOf(handler), url, line, column });
          }
        });
      } catch {}
      return { handlers };
    },
  };
}
