// The places that hold collections: the property of an object, or the variable that a function closes over. Where a collection
// is replaced by a longer copy of itself, the place is what grows.
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import type { ThreadInspector } from '../../../probe/objects/thread-inspector.ts';
import type { ProbeHolder } from '../../../probe/probe-protocol.ts';

export interface Slot {
  holder: ProbeHolder;
  /** The object, or the function that closes over the variable. */
  owner: object;
}

export interface HeldSlots {
  /** What the property holds now; undefined for what is no property, or was not read without code of the program. */
  ofProperty(slot: Slot): unknown;
  /** What these variables hold now: dear, for a few. Never throws. */
  ofVariables(slots: readonly Slot[]): unknown[];
}

const hasOwn = Object.prototype.hasOwnProperty;

export function createHeldSlots({ own }: DataReads, thread: ThreadInspector): HeldSlots {
  return {
    ofProperty: ({ holder, owner }) => (holder.kind === 'property' ? own(owner, holder.name) : undefined),
    ofVariables(slots) {
      const found: unknown[] = slots.map(() => undefined);
      if (slots.length === 0) return found;
      try {
        thread.during((inspect) => {
          for (const [i, { holder, owner }] of slots.entries()) {
            const scope = inspect(owner)
              ?.scopes()
              .find((each) => hasOwn.call(each, holder.name));
            found[i] = own(scope, holder.name);
          }
        });
      } catch {}
      return found;
    },
  };
}
