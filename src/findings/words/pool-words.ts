// How a pool is called in a sentence.
import type { Pool } from '../../model/pool.ts';

export function plainPoolName({ className, holder }: Pool): string {
  return holder && holder.name !== '' ? holder.name : className || 'pool';
}

/** "GenericPool `printers`", "The Agent for 10.0.0.7:443". */
export function poolName({ className, endpoint, holder }: Pool): string {
  if (endpoint !== undefined) return `The ${className || 'Agent'} for ${endpoint}`;
  const isNamed = holder && isName(holder.name) && holder.kind !== 'handle';
  return `${className || 'A pool'}${isNamed ? ` \`${holder.name}\`` : ''}`;
}

/** Node keeps an HTTP/2 session under a property whose name is the text "undefined". */
export function isName(name: string): boolean {
  return name !== '' && name !== 'undefined';
}
