// What to do about a heap leak: by what keeps the objects, and who hands them over.
import type { Blame } from '../../../analysis/cpu/blame/blame.ts';
import type { GrowingCollection } from '../../../analysis/growth/growing-collections.ts';
import type { FindingKind } from '../../../model/finding.ts';
import type { Frame } from '../../../model/frame.ts';
import { nameOf as nameInHeap } from '../../../model/heap/heap-path-words.ts';
import type { HeapCollectionKind, HeapGrowth } from '../../../model/heap/heap-report.ts';
import type { FinalizationUse } from '../../../model/memory/census.ts';
import type { CollectionType, InPlaceType } from '../../../model/memory/collection.ts';
import { lineOf, packageOf, place } from '../../wording.ts';
import { adviceOnListeners, adviceOnSubscription, watchesState } from '../../words/listener-words.ts';
import { areTexts, madeByNode } from '../../words/node-frame-words.ts';
import { isPackageQueue, packageQueueAdvice } from '../../words/package-queue-words.ts';
import { streamQueueAdvice, streamQueueOf } from '../../words/stream-queue-words.ts';
import { COPY_TEXTS, cutTexts, FIND_PIECES } from '../cut-texts.ts';
import type { HeapCause } from '../heap-cause.ts';
import type { PromiseMaker } from '../promise-maker.ts';
export interface Told {
  kind: FindingKind;
  blame: Blame | null;
  registry: FinalizationUse | null;
  /** The application was on no stack of it: its place is the one that calls the package most. */
  isInferred: boolean;
  /** What heap snapshots show to have grown, where no collection was watched. */
  grown: HeapGrowth | null;
}

/** A list of things to do, the first the best. */
export function adviceOn(leak: HeapCause, told: Told): string[] {
  const { blame, registry } = told;
  const { closures, maker } = leak;
  if (registry) return [adviceOnRegistry(registry)];
  if (closures)
    return closures.frame.owner === 'library' ? [adviceOnWrapping(closures.frame, blame)] : CLOSURE_ADVICE;
  if (maker) return adviceOnPromises(maker);
  const onTexts = cutTexts(leak) ? [COPY_TEXTS] : isOfTexts(leak) ? [FIND_PIECES] : [];
  return [...onTexts, ...adviceFor(leak, told)];
}

/** A promise stays as long as one that it hangs on is pending. */
function adviceOnPromises({ blame }: PromiseMaker): string[] {
  const owner = blame.inner ?? blame.library;
  const newer = owner ? `, or look for a newer version of ${packageOf(owner)}` : '';
  return [
    `Find the promise that these wait for and that does not settle: a chain of then() or await that gets one link longer each time keeps all of its links. Give it a timeout${newer}.`,
  ];
}

function adviceOnRegistry({ name, frame }: FinalizationUse): string {
  return `See what ${place(frame)} passes to \`${name}.register()\`: a FinalizationRegistry keeps its second argument until the first is collected. If the second refers to the first, directly or through \`this\`, neither is ever collected: pass only what is needed to release it (an id, a handle).`;
}

const CLOSURE_ADVICE = [
  'Find what retains these functions: a list of callbacks, or a chain in which each retains the one before it. Release them, or keep data instead of functions.',
];

/** What is registered with a package for each call, over what was registered before. */
function adviceOnWrapping(wrapper: Frame, blame: Blame | null): string {
  const by = blame?.app ? named(blame.app) : 'the caller';
  return `${packageOf(wrapper)} wraps its functions with those that ${by} passes to it, again at each call, and never removes them (${place(wrapper)}). Register extensions, plugins and handlers once when the program starts, or give each call an instance of its own${blame?.library && blame.library.package !== wrapper.package ? `; where ${packageOf(blame.library)} does it, look for a newer version` : ''}.`;
}

function adviceFor({ filled, site }: HeapCause, { kind, blame, isInferred, grown }: Told): string[] {
  if (kind === 'listener-leak') return [adviceOnListeners(filled, blame)];
  if (kind === 'async-context-leak')
    return [
      'Keep no promises or requests in the context and leave it when the request ends, or use AsyncLocalStorage.',
    ];
  if (!filled && blame?.inner)
    return [
      `One of the packages on the call path may keep what it is given: look in ${packagesOf(blame)}, and in their dependencies, for an option or a newer version that bounds or expires it. Or find which values that ${blame.app ? named(blame.app) : 'the caller'} passes to ${packageOf(blame.library ?? blame.inner)} differ from call to call, and pass fewer different ones.`,
      'Or the program keeps what they return: in a module-level collection, a closure or a listener that is never removed.',
    ];
  if (!filled && grown) return [adviceOnGrown(grown)];
  if (!filled)
    return [
      'Find what retains these objects: a module-level collection, a closure or a listener that is never removed.',
    ];
  const { type } = filled.collection;
  const { app = null, library = null, inner = null } = blame ?? {};
  const keeper = inner ?? library;
  const queue = streamQueueOf(filled.collection);
  if (queue) return streamQueueAdvice(queue, { app, keeper });
  // Nobody is caught adding to a list; what it has is allocated where somebody subscribes.
  const watching = type === 'List' ? watchesState(site?.frames ?? []) : null;
  if (watching) return [adviceOnSubscription(watching)];
  if (type === 'Chain') return [adviceOnChain(app, keeper)];
  if (isQueued(type)) return [adviceInPlace(type, app, keeper)];
  if (keeper && isPackageQueue(filled.collection)) return [packageQueueAdvice(keeper, app)];
  if (keeper) return [adviceOnKeeper(keeper, isInferred ? { app: null, library } : blame)];
  return [boundOf(type)];
}

function adviceOnGrown({ collection }: HeapGrowth): string {
  const type = TYPE_OF_KIND[collection.kind];
  return type
    ? boundOf(type)
    : `See what adds to \`${nameInHeap(collection)}\`, and remove entries once they are no longer needed.`;
}

const TYPE_OF_KIND: Partial<Record<HeapCollectionKind, BoundType>> = {
  map: 'Map',
  set: 'Set',
  array: 'Array',
  'object-as-map': 'Object',
};

const BOUNDS = {
  Map: 'an LRU with a maximum',
  Set: 'a maximum',
  Array: 'a ring buffer',
  Object: 'a Map with a maximum',
  EventEmitter: 'one listener for all',
  EventTarget: 'one listener for all',
};
type BoundType = keyof typeof BOUNDS;

const boundOf = (type: BoundType): string =>
  type === 'Array'
    ? 'If it is a queue, its consumers are too slow: add consumers, or slow down the producers. Otherwise bound it (a ring buffer).'
    : `Bound it (${BOUNDS[type]}), or delete entries once they are no longer needed.`;

/** A package keeps it: data that it is given, or what it makes for the caller until that is released. */
export function adviceOnKeeper(
  keeper: Frame,
  blame: Pick<Blame, 'app' | 'library'> | null | undefined,
): string {
  const { app = null, library = null } = blame ?? {};
  const receiver = library && packageOf(library) !== packageOf(keeper) ? packageOf(library) : 'it';
  return `${packageOf(keeper)} keeps ${app ? `what ${lineOf(app)} passes to ${receiver}` : 'what it is given'}: look for an option or a newer version that bounds or expires its data, pass fewer different values, call it once and reuse the result, or release what it returned (close, end, destroy, dispose or reset, where it has one).`;
}

/** For somebody who is to take it. */
export const isWaiting = ({ collection, insertion }: GrowingCollection): boolean =>
  streamQueueOf(collection) !== null || (insertion?.blame.library != null && isPackageQueue(collection));

export const isQueued = (type: CollectionType): type is InPlaceType =>
  type === 'String' || type === 'Buffer' || type === 'List';

/** Each is made from the one that is kept, and takes its place. */
function adviceOnChain(app: Frame | null, keeper: Frame | null): string {
  const maker = keeper
    ? `${packageOf(keeper)} makes`
    : '`Object.create()` makes, or a function such as `child()`,';
  return `${app ? `In ${place(app)}, make` : 'Make'} each from the first one and keep it in a local variable. What ${maker} inherits from its parent object and keeps it alive. If each new object replaces its parent, it keeps all earlier ones alive, and reading an inherited property takes longer each time.`;
}

/** What comes in faster than it goes out: a text that waits to be written or parsed, or a queue. */
function adviceInPlace(type: InPlaceType, app: Frame | null, keeper: Frame | null): string {
  const holder = keeper ? ` ${packageOf(keeper)}` : ' it';
  const giver = app ? `what ${place(app)} passes in` : 'what is passed in';
  return type !== 'List'
    ? `The string is a buffer that is read more slowly than it is filled, or never. Compare the rate of ${giver} with what${holder} can pass on, respect back-pressure (\`write()\` that returns false, \`drain\`), or drop the excess.`
    : `If it is a queue, its consumers are too slow: allow more at a time, bound the queue and refuse the excess, or wait for a result before adding more. Compare the rate of ${giver} with what${holder} lets through. If its nodes are subscribers (of an emitter, a store or other state that is watched), end each subscription when what it serves ends.`;
}

/** A heap profile tells where a function begins, not the line that calls. */
function named(frame: Frame): string {
  const name = frame.functionName;
  return name === '' || name.startsWith('(') ? lineOf(frame) : `\`${name}\` (${lineOf(frame)})`;
}

/** "@emotion/styled@11.11.0, @emotion/cache@11.11.0": of the chain, the innermost ones. */
function packagesOf({ chain }: Blame): string {
  const names = chain.flatMap((link) => link.package ?? []);
  return [...new Set(names.reverse())].slice(0, 3).reverse().join(', ');
}

/** What stays are texts that Node's own functions made for the program. */
const isOfTexts = ({ filled, closures, site }: HeapCause): boolean =>
  !filled && !closures && site !== null && areTexts(madeByNode(site.frames));
