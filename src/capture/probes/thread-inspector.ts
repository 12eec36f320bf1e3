// A part of the probe (see install-probe.ts: sent as text, whole by itself): the inspector of this very thread, for what
// only it can see of an object: where a function begins, the variables it closes over, private fields.
import type { ProbeCore } from './probe-protocol.ts';

/** Where a function begins, 0-based. */
export interface FunctionPlace {
  scriptId: string;
  url: string;
  line: number;
  column: number;
}

export interface Inspected {
  /** Null for what is no function of the program or of a library. */
  place: FunctionPlace | null;
  /** The variables of each scope around a function, the innermost first, without the global one. */
  scopes(): object[];
  /** `#fields` that hold objects. */
  privateFields(): { name: string; value: unknown }[];
}

export interface ThreadInspector {
  /**
   * Opens for as long as `work` takes, and leaves nothing behind. Throws where there is no inspector. Listing the scripts
   * takes milliseconds: `with known scripts` makes do with those of the last time.
   */
  during(
    work: (inspect: (value: object) => Inspected | null) => void,
    how?: 'with all scripts' | 'with known scripts',
  ): void;
}

export function createThreadInspector(core: ProbeCore): ThreadInspector {
  interface Remote {
    objectId?: string;
  }
  interface Properties {
    internalProperties?: { name: string; value?: Remote & { value?: unknown } }[];
    privateProperties?: { name: string; value?: Remote }[];
  }
  // The inspector names objects by what an expression gives: for the moment of a question there is a global for it.
  const EXCHANGE = `__culprit_${Math.random().toString(36).slice(2)}`;
  const GROUP = 'culprit-inspect';
  const RELEASE_EVERY = 16;
  const hasOwn = Object.prototype.hasOwnProperty;
  let exchanged: unknown;
  const exchange = (...given: unknown[]): unknown => {
    if (given.length > 0) exchanged = given[0];
    return exchanged;
  };

  let scripts = new Map<string, string>();
  const openSession = (isListed: boolean) => {
    const inspector: typeof import('node:inspector') = core.load('inspector');
    const session = new inspector.Session();
    session.connect();
    const post = <T>(method: string, params: object): T | undefined => {
      let answer: T | undefined;
      // Answers come before post returns.
      session.post(method, params, (error: unknown, result: unknown) => {
        if (!error) answer = result as T;
      });
      return answer;
    };
    if (!isListed) {
      scripts = new Map();
      session.on('Debugger.scriptParsed', ({ params }: { params: { scriptId: string; url: string } }) => {
        scripts.set(params.scriptId, params.url);
      });
      // Never pauses, and is off again at once: it only lists the scripts there are.
      post('Debugger.setSkipAllPauses', { skip: true });
      post('Debugger.enable', {});
      post('Debugger.disable', {});
    }
    return { post, close: () => session.disconnect() };
  };
  type Session = ReturnType<typeof openSession>;

  const placeOf = (properties: Properties | undefined): FunctionPlace | null => {
    const at = properties?.internalProperties?.find(({ name }) => name === '[[FunctionLocation]]')?.value
      ?.value as { scriptId: string; lineNumber: number; columnNumber: number } | undefined;
    const url = at && scripts.get(at.scriptId);
    if (!url || url.startsWith('node:') || url === core.config.url) return null;
    return { scriptId: at.scriptId, url, line: at.lineNumber, column: at.columnNumber };
  };

  /** The object itself behind a remote one. */
  const fetchObject = ({ post }: Session, remote: Remote | undefined): unknown => {
    exchanged = undefined;
    if (remote?.objectId) {
      post('Runtime.callFunctionOn', {
        objectId: remote.objectId,
        functionDeclaration: `function () { ${EXCHANGE}(this); }`,
        silent: true,
      });
    }
    return exchanged;
  };

  const inspectIn = (session: Session, value: object): Inspected => {
    exchanged = value;
    const question = { expression: `${EXCHANGE}()`, objectGroup: GROUP, silent: true };
    const remote = session.post<{ result: Remote }>('Runtime.evaluate', question)?.result;
    const properties = session.post<Properties>('Runtime.getProperties', {
      objectId: remote?.objectId,
      ownProperties: true,
    });
    return {
      place: placeOf(properties),
      scopes() {
        const scopes = properties?.internalProperties?.find(({ name }) => name === '[[Scopes]]')?.value;
        // An array without a prototype, of { description, object }; the last is the global object's.
        const list = fetchObject(session, scopes) as ArrayLike<{ object?: object }> | undefined;
        return Array.from({ length: list?.length ?? 0 }, (_, i) => list![i]!.object!).filter(
          (object) => object && object !== globalThis && !hasOwn.call(object, 'globalThis'),
        );
      },
      privateFields: () =>
        (properties?.privateProperties ?? [])
          .filter(({ value: field }) => field?.objectId)
          .map(({ name, value: field }) => ({ name: String(name), value: fetchObject(session, field) })),
    };
  };

  core.cleanups.push(() => scripts.clear());
  return {
    during(work, how = 'with all scripts') {
      const session = openSession(how === 'with known scripts' && scripts.size > 0);
      let inspections = 0;
      try {
        Object.defineProperty(globalThis, EXCHANGE, {
          value: exchange,
          configurable: true,
          enumerable: false,
        });
        work((value) => {
          // Scopes are copies: let go of soon enough, they never outlive a minor collection.
          if (++inspections % RELEASE_EVERY === 0)
            session.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
          return inspectIn(session, value);
        });
      } finally {
        exchanged = undefined;
        delete (globalThis as Record<string, unknown>)[EXCHANGE];
        session.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
        session.close();
      }
    },
  };
}
