// Listeners of emitters and event targets, counted by event. Signals that AbortSignal.any() made follow their sources as
// listeners do.
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
  count: number;
  list: unknown[] | null;
  /** Of a signal that is followed: where Node enters those that do. */
  followers: object | null;
}

type Visit = (event: BusiestEvent) => void;

const MAX_EVENTS = 1_000;

export function createEventListeners({ own, bySymbol, keysOf, isObject, types }: DataReads): EventListeners {
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
      visit({ name: String(name), count: list ? list.length : 1, list, followers: null });
    }
    const lists = events ? null : listsOf(value);
    if (lists)
      Map.prototype.forEach.call(lists, (list: unknown, name: unknown) => {
        const size = own(list, 'size');
        const count = typeof size === 'number' ? size : 0;
        visit({ name: typeof name === 'string' ? name : '', count, list: null, followers: null });
      });
    const followers = lists && bySymbol(value, 'kDependantSignals');
    if (types.isSet(followers)) {
      const count = Reflect.get(Set.prototype, 'size', followers) as number;
      visit({ name: 'abort', count, list: null, followers });
    }
  };
  return {
    isEmitter: (value) => eventsOf(value) !== null,
    isTarget: (value) => listsOf(value) !== null,
    countOf(value) {
      let count = 0;
      eachEvent(value, (event) => {
        count += event.count;
      });
      return count;
    },
    busiest(value) {
      const found: { event: BusiestEvent | null } = { event: null };
      eachEvent(value, (event) => {
        if (event.count > (found.event?.count ?? 0)) found.event = event;
      });
      const { event } = found;
      return event && { ...event, name: event.name.slice(0, 100) };
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
