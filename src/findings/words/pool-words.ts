// How a pool is called in a sentence.
import type { Pool } from '../../model/pool.ts';

export function plainPoolName({ className, holder }: Pool): string {
  return holder && holder.name !== '' ? holder.name : className || 'pool';
}

/** "GenericPool `printers`", "The Agent for 10.0.0.7:443". */
export function poolName({ className, endpoint, holder }: Pool): string {
  if (endpoint !== undefined) return `The ${className || 'Agent'} for ${endpoint}`;
  const isNamed = holder && holder.name !== '' && holder.kind !== 'handle';
  return `${className || 'A pool'}${isNamed ? ` \`${holder.name}\`` : ''}`;
}
