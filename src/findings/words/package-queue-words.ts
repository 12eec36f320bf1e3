// Items in a queue of a package whose consumer does not take them, under the name that the package itself gives the queue.
// Not a cache.
import type { Frame } from '../../model/frame.ts';
import type { CollectionGrowth } from '../../model/memory/collection.ts';
import { packageOf, place } from '../wording.ts';

const QUEUE = /queue|backlog|outbox/i;

/** An array that is held under the name of a queue: entries of a Map or Set with such a name may be anything. */
export function isPackageQueue({ type, holder, holderName }: CollectionGrowth): boolean {
  const name = holder?.kind === 'property' || holder?.kind === 'variable' ? holder.name : (holderName ?? '');
  return type === 'Array' && QUEUE.test(name);
}

/** `keeper` is of the package that has the queue, `app` hands over what waits; null: not known. */
export function packageQueueAdvice(keeper: Frame, app: Frame | null): string {
  const given = app ? `what ${place(app)} passes in` : 'what is passed in';
  return `${packageOf(keeper)} queues ${given} until it is taken: check whether the server or worker that it is meant for is reachable and keeps up. Give the queue a bound, drop what is too old, or pass in nothing while the package says that it is not connected (an option or a property of it).`;
}
