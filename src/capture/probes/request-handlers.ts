// A part of the probe (see install-probe.ts: sent as text, whole by itself): which function answers a request that waits,
// as far as its router remembers it in the request.
import type { AsyncSites } from './async-sites.ts';
import type { ProbeCore, ProbeHandlers } from './probe-protocol.ts';
import type { ThreadInspector } from './thread-inspector.ts';

export interface RequestHandlers {
  lasting(): ProbeHandlers;
}

export function createRequestHandlers(
  core: ProbeCore,
  sites: AsyncSites,
  thread: ThreadInspector,
): RequestHandlers {
  const LONG_MILLIS = 5_000;
  const MAX_REQUESTS = 20;
  const own = core.ownValue;

  /** Express and its like: the last function of the route is the one that answers. */
  const handlerOf = (response: object): unknown => {
    const stack = own(own(own(response, 'req'), 'route'), 'stack');
    return Array.isArray(stack) ? own(stack[stack.length - 1], 'handle') : undefined;
  };

  return {
    lasting() {
      const handlers: ProbeHandlers['handlers'] = [];
      try {
        const waiting = sites.lasting('http.server.request', LONG_MILLIS).slice(0, MAX_REQUESTS);
        const found = waiting.flatMap(({ site, resource }) => {
          const handler = handlerOf(resource);
          return typeof handler === 'function' ? [{ site, handler }] : [];
        });
        if (found.length === 0) return { handlers };
        thread.during((inspect) => {
          for (const { site, handler } of found) {
            const place = inspect(handler)?.place;
            const name = Object.getOwnPropertyDescriptor(handler, 'name')?.value;
            if (!place) continue;
            const { url, line, column } = place;
            handlers.push({
              site,
              name: typeof name === 'string' ? name.slice(0, 200) : '',
              url,
              line,
              column,
            });
          }
        });
      } catch {}
      return { handlers };
    },
  };
}
