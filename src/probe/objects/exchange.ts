// Passes objects to the inspector of this thread and back. The inspector names objects by the result of an expression, so
// there is a global for the moment of a query.
import type { InspectorSession } from './inspector-session.ts';

export interface Exchange {
  /** Of the global. */
  readonly name: string;
  /** From here to `close` there is the global. */
  open(): void;
  close(): void;
  /** An expression that gives this value. */
  give(value: unknown): string;
  /** The object itself behind a remote one; undefined where there is none. */
  take(session: Pick<InspectorSession, 'post'>, remote: { objectId?: string } | undefined): unknown;
}

/** `realms`: the global objects that get the global; code in a realm of its own (tests of jest) has one beside Node's. */
export function createExchange(realms: readonly object[] = [globalThis]): Exchange {
  const name = `__culprit_${Math.random().toString(36).slice(2)}`;
  let exchanged: unknown;
  const exchange = (...given: unknown[]): unknown => {
    if (given.length > 0) exchanged = given[0];
    return exchanged;
  };
  return {
    name,
    open() {
      for (const realm of realms)
        Object.defineProperty(realm, name, { value: exchange, configurable: true, enumerable: false });
    },
    close() {
      exchanged = undefined;
      for (const realm of realms) Reflect.deleteProperty(realm, name);
    },
    give(value) {
      exchanged = value;
      return `${name}()`;
    },
    take({ post }, remote) {
      exchanged = undefined;
      if (remote?.objectId) {
        const functionDeclaration = `function () { ${name}(this); }`;
        post('Runtime.callFunctionOn', { objectId: remote.objectId, functionDeclaration, silent: true });
      }
      return exchanged;
    },
  };
}
