// Listeners of emitters and event targets, counted by event.
import type { DataReads } from '../../../probe/objects/data-reads.ts';

export interface EventListeners {
  /** An EventEmitter that has listeners, or had some. */
  isEmitter(value: object): boolean;
  isTarget(value: object): boolean;
  /** Of all events. */
  countOf(value: object): number;
  /** The event with the most listeners, and the array that holds them where there is one. */
  busiest(value: object): BusiestEvent | null;
}

export interface BusiestEvent {
  name: string;
  list: unknown[] | null;
}

type Visit = (name: string, count: number, list: unknown[] | null) => void;

const MAX_EVENTS = 1_000;

export function createEventListeners({ own, keysOf, isObject, types }: DataReads): EventListeners {
  const key = targetKey();
  const eventsOf = (value: object): object | null => {
    const events = own(value, '_events');
    return isObject(events) ? events : null;
  };
  const listsOf = (value: object): Map<unknown, unknown> | null => {
    const lists = key && own(value, key);
    return types.isMap(lists) ? lists : null;
  };
  const eachEvent = (value: object, visit: Visit): void => {
    const events = eventsOf(value);
    for (const name of events ? keysOf(events).slice(0, MAX_EVENTS) : []) {
      const listeners = own(events, name);
      if (!listeners || types.isProxy(listeners)) continue;
      const list = Array.isArray(listeners) ? listeners : null;
      visit(String(name), list ? list.length : 1, list);
    }
    const lists = events ? null : listsOf(value);
    if (lists)
      Map.prototype.forEach.call(lists, (list: unknown, name: unknown) => {
        const size = own(list, 'size');
        visit(typeof name === 'string' ? name : '', typeof size === 'number' ? size : 0, null);
      });
  };
  return {
    isEmitter: (value) => eventsOf(value) !== null,
    isTarget: (value) => listsOf(value) !== null,
    countOf(value) {
      let count = 0;
      eachEvent(value, (_name, listeners) => {
        count += listeners;
      });
      return count;
    },
    busiest(value) {
      let most = 0;
      let busiest: BusiestEvent | null = null;
      eachEvent(value, (name, listeners, list) => {
        if (listeners <= most) return;
        most = listeners;
        busiest = { name: name.slice(0, 100), list };
      });
      return busiest;
    },
  };
}

/** Node keeps an EventTarget's listeners in a Map under a symbol of its own, one list for each event. */
function targetKey(): symbol | undefined {
  try {
    const symbols = Object.getOwnPropertySymbols(new EventTarget());
    return symbols.find((symbol) => symbol.description === 'kEvents');
  } catch {
    return undefined;
  }
}
