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
  /** Only the inspector sees what it holds: a variable, or a private field. */
  isHidden(slot: Slot): boolean;
  /** What these hidden ones hold now: dear, for a few. Never throws. */
  ofHidden(slots: readonly Slot[]): unknown[];
}

const hasOwn = Object.prototype.hasOwnProperty;

/** The walk tells a symbol by its text. */
function keyNamed(owner: object, name: string): PropertyKey {
  if (!name.startsWith('Symbol(')) return name;
  return Object.getOwnPropertySymbols(owner).find((symbol) => String(symbol).startsWith(name)) ?? name;
}

export function createHeldSlots({ own }: DataReads, thread: ThreadInspector): HeldSlots {
  return {
    ofProperty: ({ holder, owner }) =>
      holder.kind === 'property' ? own(owner, keyNamed(owner, holder.name)) : undefined,
    isHidden: ({ holder: { kind, name } }) =>
      kind === 'variable' || (kind === 'property' && name.startsWith('#')),
    ofHidden(slots) {
      const found: unknown[] = slots.map(() => undefined);
      if (slots.length === 0) return found;
      try {
        thread.during((inspect) => {
          for (const [i, { holder, owner }] of slots.entries()) {
            const seen = inspect(owner);
            if (holder.kind === 'property') {
              found[i] = seen?.privateFields().find(({ name }) => name === holder.name)?.value;
              continue;
            }
            const scope = seen?.scopes().find((each) => hasOwn.call(each, holder.name));
            found[i] = own(scope, holder.name);
          }
        });
      } catch {}
      return found;
    },
  };
}
