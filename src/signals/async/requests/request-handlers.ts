// Which function answers a request that waits, as far as its router remembers it in the request.

import type { ProbeCore } from '../../../probe/core.ts';
import type { ThreadInspector } from '../../../probe/objects/thread-inspector.ts';
import type { ProbeHandlers } from '../../../probe/probe-protocol.ts';
import type { AsyncSites } from '../probe/async-sites.ts';
import type { LeftAnswers } from './left-answers.ts';
import { handlerOf, routeOf } from './route-handler.ts';

export interface RequestHandlers {
  lasting(): ProbeHandlers;
}

const LONG_MILLIS = 5_000;
const MAX_REQUESTS = 20;

export function createRequestHandlers(
  { reads }: ProbeCore,
  { sites, left }: { sites: AsyncSites; left: LeftAnswers },
  thread: ThreadInspector,
): RequestHandlers {
  const { nameOf } = reads;
  return {
    lasting() {
      const handlers: ProbeHandlers['handlers'] = [];
      try {
        const waiting = ['http.server.request', 'http.server.answer'].flatMap((type) =>
          sites.lasting(type, LONG_MILLIS).slice(0, MAX_REQUESTS),
        );
        const found = waiting.flatMap(({ site, resource: known }) => {
          const resource = left.responseOf(known) ?? known;
          const handler = handlerOf(reads, resource);
          return handler ? [{ site, handler, route: routeOf(reads, resource) }] : [];
        });
        // Whoever answers those that end answers those whose clients leave.
        for (const { label, handler } of left.handlers()) {
          const site = sites.idOf('http.server.client', label);
          if (site !== null) found.push({ site, handler, route: null });
        }
        if (found.length === 0) return { handlers };
        thread.during((inspect) => {
          for (const { site, handler, route } of found) {
            const place = inspect(handler)?.place;
            if (!place) continue;
            const { url, line, column } = place;
            const name = nameOf(handler);
            handlers.push({ site, name, url, line, column, ...(route !== null && { route }) });
          }
        });
      } catch {}
      return { handlers };
    },
  };
}
