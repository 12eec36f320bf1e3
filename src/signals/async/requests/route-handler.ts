// Which function answers a request, as far as its router remembers it in the request.
import type { DataReads } from '../../../probe/objects/data-reads.ts';

/** Express and its like: the last function of the route is the one that answers. Null where no router tells. */
export function handlerOf({ own }: DataReads, response: object): object | null {
  const stack = own(own(own(response, 'req'), 'route'), 'stack');
  const length = Array.isArray(stack) ? Number(own(stack, 'length')) : 0;
  const handler = own(own(stack, length - 1), 'handle');
  return typeof handler === 'function' ? handler : null;
}

const LONGEST = 120;

/** "/rates/:pair": with the paths at which the routers around it are mounted. Null where it is no text. */
export function routeOf({ own }: DataReads, response: object): string | null {
  const request = own(response, 'req');
  const path = own(own(request, 'route'), 'path');
  const base = own(request, 'baseUrl') ?? '';
  return typeof path === 'string' && typeof base === 'string' ? `${base}${path}`.slice(0, LONGEST) : null;
}
