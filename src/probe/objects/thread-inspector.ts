// The inspector of this very thread, for what only it can see of an object: where a function begins, the variables it
// closes over, private fields, what a proxy stands for.
import { ownerOf } from '../../model/owner/owner.ts';
import type { Load } from '../load.ts';
import type { DataReads } from './data-reads.ts';
import { createExchange } from './exchange.ts';
import { type InspectorSession, openInspectorSession } from './inspector-session.ts';

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
  /** A function of Node's own scripts. */
  isOfNode: boolean;
  /** The variables of each scope around a function, the innermost first, without the global one. */
  scopes(): object[];
  /** Of a bound function: the one behind it, its `this`, its arguments. Empty for all others. */
  bound(): unknown[];
  /** `#fields` that hold objects or numbers. */
  privateFields(): { name: string; value: unknown }[];
  /** What a proxy stands for; undefined for all others. No trap is called. */
  target(): unknown;
}

export type Inspect = (value: object) => Inspected | null;

export interface ThreadInspector {
  /**
   * Opens for as long as `work` takes, and leaves nothing behind. Throws where there is no inspector. Functions of scripts
   * that had not run by `listScripts` have no place.
   */
  during(work: (inspect: Inspect) => void): void;
  /** A pause of its own, which grows with the heap. Never throws. */
  listScripts(): [scriptId: string, url: string][];
}

interface Remote {
  objectId?: string;
}

interface Properties {
  internalProperties?: { name: string; value?: Remote & { value?: unknown } }[];
  privateProperties?: { name: string; value?: Remote & { value?: unknown } }[];
}

const GROUP = 'culprit-inspect';
const RELEASE_EVERY = 16;
const MOST_BOUND = 3;
/** The inspector lists all entries of a collection: half a second for 100,000, and nobody knows how many a WeakMap has. */
const MOST_ENTRIES = 200;
const NOTHING: Inspected = {
  place: null,
  isOfNode: false,
  scopes: () => [],
  bound: () => [],
  privateFields: () => [],
  target: () => undefined,
};

/** `placesAll`: also functions of scripts that never ran have a place, by the Debugger domain: see `listAllScripts`. */
export function createThreadInspector({
  load,
  config,
  cleanups,
  reads,
  placesAll = false,
}: {
  load: Load;
  config: { url: string };
  cleanups: (() => void)[];
  reads: DataReads;
  placesAll?: boolean;
}): ThreadInspector {
  const exchange = createExchange();
  let scripts: Map<string, string> | null = null;
  let isAllListed = !placesAll;
  const { types, isVast } = reads;
  const isLarge = (value: object): boolean => {
    if (types.isMap(value)) return (Reflect.get(Map.prototype, 'size', value) as number) > MOST_ENTRIES;
    if (types.isSet(value)) return (Reflect.get(Set.prototype, 'size', value) as number) > MOST_ENTRIES;
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return true;
    return types.isWeakMap(value) || types.isWeakSet(value) || isVast(value);
  };

  const urlOf = (scriptId: string, session: InspectorSession): string | undefined => {
    scripts ??= session.listScripts();
    if (!isAllListed && !scripts.has(scriptId)) {
      isAllListed = true;
      scripts = session.listAllScripts();
    }
    return scripts.get(scriptId);
  };

  /** Of a bound function: where the function behind it begins. */
  const placeOf = (
    properties: Properties | undefined,
    session: InspectorSession,
    bound = 0,
  ): FunctionPlace | null => {
    const target = bound < MOST_BOUND ? internal(properties, '[[TargetFunction]]') : undefined;
    if (target?.objectId) return placeOf(propertiesOf(session, target), session, bound + 1);
    const at = locationOf(properties);
    const url = at && urlOf(at.scriptId, session);
    if (!url || url === config.url || ownerOf(url) === 'node') return null;
    return { scriptId: at.scriptId, url, line: at.lineNumber, column: at.columnNumber };
  };

  const inspectIn = (session: InspectorSession, value: object): Inspected => {
    const isProxy = types.isProxy(value);
    if (!isProxy && isLarge(value)) return NOTHING;
    const question = { expression: exchange.give(value), objectGroup: GROUP, silent: true };
    const remote = session.post<{ result: Remote }>('Runtime.evaluate', question)?.result;
    const properties = propertiesOf(session, remote);
    if (isProxy)
      return { ...NOTHING, target: () => exchange.take(session, internal(properties, '[[Target]]')) };
    return {
      ...NOTHING,
      // Of what is asked for its scopes only, nobody needs the scripts.
      get place() {
        return placeOf(properties, session);
      },
      get isOfNode() {
        const at = locationOf(properties);
        return ownerOf((at && urlOf(at.scriptId, session)) ?? '') === 'node';
      },
      scopes() {
        const scopes = internal(properties, '[[Scopes]]');
        // An array without a prototype, of { description, object }; the last is the global object's.
        const list = exchange.take(session, scopes) as ArrayLike<{ object?: object }> | undefined;
        return Array.from({ length: list?.length ?? 0 }, (_, i) => list![i]!.object!).filter(
          (object) => object && object !== globalThis && !hasOwn.call(object, 'globalThis'),
        );
      },
      bound() {
        const [target, self, args] = ['[[TargetFunction]]', '[[BoundThis]]', '[[BoundArgs]]'].map((name) =>
          exchange.take(session, internal(properties, name)),
        );
        return target === undefined
          ? []
          : [target, self, ...(Array.isArray(args) ? args.slice(0, MOST_BOUND) : [])];
      },
      privateFields: () =>
        (properties?.privateProperties ?? [])
          .filter(({ value: field }) => field?.objectId || typeof field?.value === 'number')
          .map(({ name, value: field }) => ({
            name: String(name),
            value: field?.objectId ? exchange.take(session, field) : field?.value,
          })),
    };
  };

  cleanups.push(() => scripts?.clear());
  return {
    listScripts() {
      try {
        const session = openInspectorSession(load);
        scripts = session.listScripts();
        session.close();
      } catch {}
      return [...(scripts ?? [])];
    },
    during(work) {
      const session = openInspectorSession(load);
      const release = () => session.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
      let inspections = 0;
      try {
        exchange.open();
        work((value) => {
          // Scopes are copies: let go of soon enough, they never outlive a minor collection.
          if (++inspections % RELEASE_EVERY === 0) release();
          return inspectIn(session, value);
        });
      } finally {
        exchange.close();
        release();
        session.close();
      }
    },
  };
}

const hasOwn = Object.prototype.hasOwnProperty;

function propertiesOf(session: InspectorSession, remote: Remote | undefined): Properties | undefined {
  return session.post('Runtime.getProperties', { objectId: remote?.objectId, ownProperties: true });
}

function locationOf(properties: Properties | undefined) {
  return internal(properties, '[[FunctionLocation]]')?.value as
    | { scriptId: string; lineNumber: number; columnNumber: number }
    | undefined;
}

function internal(properties: Properties | undefined, wanted: string) {
  return properties?.internalProperties?.find(({ name }) => name === wanted)?.value;
}
