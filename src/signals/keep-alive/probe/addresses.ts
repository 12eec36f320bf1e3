// Addresses of sockets, as libuv tells them: its handle is asked, not the program's object.
import type { DataReads } from '../../../probe/objects/data-reads.ts';

export interface Address {
  address?: unknown;
  port?: unknown;
}

/** Empty for a handle that is closed, is not connected, or is no handle of libuv. */
export function addressOf(
  { inherited, prototypeOf }: DataReads,
  handle: unknown,
  method: 'getsockname' | 'getpeername',
): Address {
  const out: Address = {};
  try {
    // The class's own, in case the handle has one of the program.
    const ask = inherited(prototypeOf(handle), method);
    if (typeof ask === 'function') ask.call(handle, out);
  } catch {}
  return out;
}

const IPV4_MAPPED = '::ffff:';

/** "127.0.0.1:8080", "[::1]:8080"; "" for what is no address. */
export function endpointOf({ address, port }: Address): string {
  if (typeof address !== 'string' || typeof port !== 'number') return '';
  const isMapped = address.startsWith(IPV4_MAPPED) && address.includes('.');
  const plain = isMapped ? address.slice(IPV4_MAPPED.length) : address;
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
}
