// The findings on collections that grow in every round: which one by its name in the source, which code adds to it, what to
// do.
import { blame } from '../analysis/cpu/blame/blame.ts';
import { placeWithLibrary } from '../findings/wording.ts';
import { decodeCollections } from '../signals/collections/decode.ts';
import type { ObjectType } from '../signals/collections/wire.ts';
import type { LeakFinding } from './contract.ts';
import type { GrowingCollection } from './measure/collection-growth.ts';
import { medianStep } from './measure/every-round.ts';
import { makerOf } from './measure/noise.ts';
import type { Places } from './places.ts';

/** `order`: lower ones are told first. */
export type DraftFinding = LeakFinding & { order: number };

const BOUNDS: Record<ObjectType, string> = {
  Map: 'Bound it (an LRU with a maximum), or delete entries once they are no longer needed.',
  Set: 'Bound it, or delete entries once they are no longer needed.',
  Array: 'Remove finished items, or bound it (a ring buffer).',
  Object: 'Make it a Map with a maximum, or delete keys once they are no longer needed.',
  EventEmitter: '',
  EventTarget: '',
};
const UNLISTEN =
  'Remove the listener when its owner is done (off, once, or an AbortSignal), or add it only once.';

export function collectionFindings(
  growing: readonly GrowingCollection[],
  places: Places,
  rounds: number,
): { drafts: DraftFinding[]; settled: string[]; hasMocks: boolean } {
  const drafts: DraftFinding[] = [];
  const settled = new Set<string>();
  let hasMocks = false;
  for (const collection of growing) {
    const makers = collection.insertions.map(makerOf);
    if (makers.includes('program')) drafts.push(...describe(collection, places, rounds));
    else if (makers.includes('runner')) {
      hasMocks ||= collection.insertions.some(isMocks);
      settled.add('lists that the test runner fills itself (calls that mocks record, console output)');
    }
  }
  return { drafts, settled: [...settled], hasMocks };
}

/** Recorded by a mock of vitest, jest or node:test. */
function isMocks(stack: GrowingCollection['insertions'][number]): boolean {
  return /(@vitest.spy|tinyspy|jest-mock|test_runner.mock)/.test(String(stack[0]?.[1]));
}

/** Nothing for what Node's own code fills. */
function describe(collection: GrowingCollection, places: Places, rounds: number): DraftFinding[] {
  const { type, className, event, newestEntry, sizes } = collection;
  const insertions = collection.insertions.filter((stack) => makerOf(stack) === 'program');
  const growth = {
    id: 0,
    type,
    className,
    event,
    newestEntry,
    sizes: sizes.map((entries, atMillis) => ({ entries, atMillis })),
    insertions: insertions.map(withoutRunner),
  };
  const read = { type: 'collections' as const, thread: 0, atMillis: 0, growing: [growth] };
  const decoded = decodeCollections([read], { ...places, ownUrl: '' })[0]!;
  const where = blame(decoded.insertions[0] ?? [], 'of calls');
  const isListener = isListenerList(decoded.insertions[0]?.[0]?.file ?? null, type);
  // What Node's own code fills is Node's: it stands for a socket or a request, which are looked at themselves.
  if (!isListener && decoded.insertions[0]?.[0]?.owner === 'node') return [];
  const counts = sizes.slice(0, rounds + 1);
  const perRound = medianStep(counts);
  const finding: DraftFinding = {
    order: 7,
    kind: isListener ? 'listener-leak' : 'heap-leak',
    title: `${isListener ? listenerTitle(collection, decoded.holderName, perRound) : entryTitle(collection, decoded.holderName, perRound)} (${placeWithLibrary(where)})`,
    advice: isListener ? UNLISTEN : BOUNDS[type],
    perRound,
    unit: isListener ? 'listeners' : 'entries',
    counts,
    file: where.subject?.file ?? null,
    line: where.subject?.line ?? null,
    function: where.subject?.functionName ?? null,
    stack: (decoded.insertions[0] ?? [])
      .filter(({ owner }) => owner === 'app' || owner === 'library')
      .slice(0, 8)
      .map(({ file, line, functionName }) => `${file}:${line}, ${functionName}`),
  };
  return [finding];
}

function withoutRunner(stack: GrowingCollection['insertions'][number]) {
  return stack.filter((frame) => {
    const maker = makerOf([frame]);
    return maker === null || maker === 'program';
  });
}

/** Told by who adds: Node's emitters and event targets. */
function isListenerList(innermost: string | null, type: ObjectType): boolean {
  return (
    type === 'EventEmitter' ||
    type === 'EventTarget' ||
    innermost === 'node:events' ||
    /event_target/.test(innermost ?? '')
  );
}

/** "Map `sessions` grows by 1 entry a round and is never trimmed" */
function entryTitle(
  { type, className, newestEntry }: GrowingCollection,
  holder: string | null,
  perRound: number,
): string {
  const kind = className === type ? type : `${className} (a ${type})`;
  const entries = perRound === 1 ? '1 entry' : `${perRound} entries`;
  const of = newestEntry ? `, the newest: ${newestEntry}` : '';
  return `${kind}${holder ? ` \`${holder}\`` : ''} grows by ${entries} a round and is never trimmed${of}`;
}

/** "Listeners for 'order' accumulate on EventEmitter `bus` by 1 a round and are never removed" */
function listenerTitle(
  { className, event, type }: GrowingCollection,
  holder: string | null,
  perRound: number,
): string {
  const on = type === 'EventEmitter' || type === 'EventTarget' ? ` on ${className}` : '';
  const named = holder ? `${on || ' on'} \`${holder}\`` : on;
  return `Listeners${event ? ` for '${event}'` : ''} accumulate${named} by ${perRound} a round and are never removed`;
}
