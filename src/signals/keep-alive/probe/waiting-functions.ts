// The functions that wait for something: listeners of emitters and of event targets.
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import type { AliveThing } from './alive-thing.ts';

type Functions = AliveThing['functions'];

export interface WaitingFunctions {
  /** The listeners of an emitter, those of `first` before the others; `owner` says whose they are: "stdout ". */
  ofEmitter(emitter: unknown, first: string[], owner?: string): Functions;
  ofTarget(target: object): Functions;
}

const MAX_EVENTS = 50;
const MAX_LISTENERS = 20;
const MAX_PER_EVENT = 5;

export function createWaitingFunctions(reads: DataReads): WaitingFunctions {
  const { own, keysOf, inherited, isObject, types } = reads;
  const named = (event: PropertyKey, owner = '') => `${owner}'${String(event).slice(0, 60)}' listener`;

  /** `onmessage = f` is kept as the wrapper's `handler`; once() wraps, too. */
  const unwrapped = (listener: unknown): object | null => {
    const inner = own(listener, 'handler') ?? own(listener, 'listener');
    const value = typeof inner === 'function' ? inner : listener;
    return typeof value === 'function' ? value : null;
  };
  /** Node keeps the listeners of one event in a linked list. */
  const linked = (root: unknown, event: string): Functions => {
    const found: Functions = [];
    let node = own(root, 'next');
    for (let i = 0; isObject(node) && i < MAX_LISTENERS; i++, node = own(node, 'next')) {
      const value = unwrapped(own(node, 'listener') ?? own(node, 'callback'));
      if (value) found.push({ through: named(event), value });
    }
    return found;
  };
  return {
    ofEmitter(emitter, first, owner) {
      const events = inherited(emitter, '_events');
      if (!isObject(events)) return [];
      const names = keysOf(events).slice(0, MAX_EVENTS);
      const ordered = [
        ...first.filter((name) => names.includes(name)),
        ...names.filter((name) => !first.includes(String(name))),
      ];
      return ordered
        .flatMap((event) =>
          reads
            .listenersOf(emitter, event, MAX_PER_EVENT)
            .map((value) => ({ through: named(event, owner), value })),
        )
        .slice(0, MAX_LISTENERS);
    },
    ofTarget(target) {
      const lists = reads.bySymbol(target, 'kEvents');
      const found: Functions = [];
      // Node's own Map has no prototype in common with ours.
      if (types.isMap(lists))
        Map.prototype.forEach.call(lists, (root: unknown, event: unknown) => {
          if (typeof event === 'string') found.push(...linked(root, event));
        });
      return found;
    },
  };
}
