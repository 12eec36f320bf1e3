// What `culprit heap` says about snapshots: pure data, ready to be printed. Sizes are bytes as V8 counts them.

/** A place in code. `file` is an absolute path, or a URL or name when the script is no file. */
export interface HeapPlace {
  /** The script as V8 names it; what `file` was before a source map was asked. */
  script: string;
  file: string;
  /** 1-based; null when only the file is known. */
  line: number | null;
  /** 1-based. */
  column: number | null;
  /** The variable that is declared here; null for a function's place. `isDeclaration` false: only near it. */
  variable: string | null;
  isDeclaration: boolean;
}

/** What the reader owns and what keeps all the rest of a path. */
export const HEAP_OWNER_KINDS = ['module-variable', 'module-export', 'global', 'timer', 'engine'] as const;
export type HeapOwnerKind = (typeof HEAP_OWNER_KINDS)[number];

export interface HeapOwner {
  kind: HeapOwnerKind;
  /** Name of the variable, export or global; what V8 calls the root for `engine`. Empty for a whole module. */
  name: string;
  className: string;
  place: HeapPlace | null;
}

export const HEAP_STEP_KINDS = [
  /** A property with a name, private ones and symbols included. */
  'property',
  /** A slot of a collection: its key is data, so it is not kept. */
  'entry',
  /** A variable that a function closed over; `place` is that function's. */
  'variable',
  /** A listener of an event; `name` is the event. */
  'listener',
  /** Something that waits for a promise. */
  'reaction',
  /** A call that is suspended at an await or yield; `place` is its function's. */
  'suspended-call',
  /** Anything else that V8 has between the two. */
  'internal',
] as const;
export type HeapStepKind = (typeof HEAP_STEP_KINDS)[number];

export interface HeapStep {
  kind: HeapStepKind;
  name: string;
  /** Of what the step leads to. */
  className: string;
  place: HeapPlace | null;
  /** How often the same step is taken one after the other, as in a linked list; at least 1. */
  repeats: number;
  /** Here things pile up. */
  isSuspect: boolean;
}

/** From what the reader owns to the node in question; weak edges and V8's own tables are left out. */
export interface RetainerPath {
  owner: HeapOwner;
  steps: HeapStep[];
}

export const HEAP_COLLECTION_KINDS = [
  'map',
  'set',
  'array',
  'object-as-map',
  'listeners',
  'promise-reactions',
  'timers',
  'linked-list',
  'other',
] as const;
export type HeapCollectionKind = (typeof HEAP_COLLECTION_KINDS)[number];

export interface HeapEntryGroup {
  className: string;
  /** Names of the first properties, for plain objects; empty when there are none to tell. */
  shape: string[];
  /** Entries of this class among those looked at. */
  count: number;
  /** Of a function: where it is written. Of an instance: its class. */
  place: HeapPlace | null;
}

export interface HeapCollection {
  /** V8's snapshot object id, the same in later snapshots of this process. */
  objectId: number;
  kind: HeapCollectionKind;
  className: string;
  entries: number;
  /** Numbers leave no trace in a snapshot: `entries` may then be more. */
  entriesAreMinimum: boolean;
  shallowBytes: number;
  retainedBytes: number;
  path: RetainerPath;
  /** Of up to 20 of the newest entries, the commonest first. */
  newest: HeapEntryGroup[];
  /** Held by Node's own code, not by the program's. */
  isEngineOwned: boolean;
}

export interface HeapClass {
  className: string;
  count: number;
  shallowBytes: number;
  /** What would be freed with all of them; one inside another is not counted twice. */
  retainedBytes: number;
}

export interface HeapDuplicate {
  /** The text, cut; null unless it was asked for. */
  text: string | null;
  /** First 8 hex digits of the SHA-256 of the text. */
  hash: string;
  /** Its beginning with letters as "a" and digits as "0": enough to recognise a kind of string. */
  form: string;
  /** Characters V8 kept in the snapshot; it cuts at 1,024. */
  length: number;
  count: number;
  wastedBytes: number;
}

/** One snapshot in a row. */
export interface HeapSnapshotFacts {
  path: string;
  nodes: number;
  edges: number;
  shallowBytes: number;
}

/** Something whose number of entries rose from each snapshot to the next. */
export interface HeapGrowth {
  /** Names from the owner on, the same for every process that runs the program. */
  key: string;
  collection: HeapCollection;
  /** The step from the collection along which it grows. */
  grows: HeapStep;
  /** How many collections grow alike: 1, or one in each of many objects; `collection` is the biggest. */
  holders: number;
  /** One for each snapshot, the first one first. */
  entries: number[];
  retainedBytes: number[];
  /** Of what only growing collections hold, the part of this one; shared objects are divided (BLeak, PLDI 2018). */
  leakShareBytes: number;
  /** From the first snapshot to the last: of what it retains, or of its leak share when that is more. */
  grownBytes: number;
  /** What nobody else holds. */
  exclusiveBytes: number;
  /** Too small, or too uneven, to speak of in the verdict. */
  isMinor: boolean;
}

export type HeapVerdict = 'one-snapshot' | 'growth' | 'no-growth' | 'different-programs';

export interface HeapReport {
  schemaVersion: 1;
  tool: { name: 'culprit'; version: string };
  verdict: HeapVerdict;
  snapshots: HeapSnapshotFacts[];
  /** The folder that all files of the program are in; paths are printed relative to it. */
  folder: string;
  growth: HeapGrowth[];
  /** Of the last snapshot, as all that follows. */
  collections: HeapCollection[];
  classes: HeapClass[];
  /** Of code, scopes, tables and all else that is V8's and Node's own; not among the classes. */
  engineBytes: number;
  duplicates: HeapDuplicate[];
  duplicateBytes: number;
  warnings: string[];
}

/** Every place in a report, to look them up. */
export function placesIn(report: HeapReport): HeapPlace[] {
  const collections = [...report.collections, ...report.growth.map(({ collection }) => collection)];
  return collections.flatMap(placesInCollection);
}

export function placesInCollection({ path, newest }: HeapCollection): HeapPlace[] {
  const places = [
    path.owner.place,
    ...path.steps.map(({ place }) => place),
    ...newest.map(({ place }) => place),
  ];
  return places.filter((place) => place !== null);
}
