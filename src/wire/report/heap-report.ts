// What `culprit heap` says about snapshots, version 1. Sizes are bytes as V8 counts them.
import * as v from 'valibot';
import { HEAP_COLLECTION_KINDS, HEAP_OWNER_KINDS, HEAP_PROGRAMS, HEAP_STEP_KINDS } from './names.ts';
import { nextMeasurement } from './next-measurement.ts';
import { amount, count, ordinal, text, tool } from './scalars.ts';

/** A place in code. `file` is an absolute path, or a URL or name when the script is no file. */
export const heapPlace = v.object({
  /** The script as V8 names it; what `file` was before a source map was asked. */
  script: v.string(),
  file: v.string(),
  /** 1-based; null when only the file is known. */
  line: v.nullable(ordinal),
  /** 1-based. */
  column: v.nullable(ordinal),
  /** The variable that is declared here; null for a function's place. `isDeclaration` false: only near it. */
  variable: v.nullable(v.string()),
  isDeclaration: v.boolean(),
});
export type HeapPlace = v.InferOutput<typeof heapPlace>;

export const heapOwner = v.object({
  kind: v.picklist(HEAP_OWNER_KINDS),
  /** Name of the variable, export or global; what V8 calls the root for `engine`. Empty for a whole module. */
  name: v.string(),
  className: v.string(),
  place: v.nullable(heapPlace),
});
export type HeapOwner = v.InferOutput<typeof heapOwner>;

export const heapStep = v.object({
  kind: v.picklist(HEAP_STEP_KINDS),
  name: v.string(),
  /** Of what the step leads to. */
  className: v.string(),
  place: v.nullable(heapPlace),
  /** How often the same step is taken one after the other, as in a linked list; at least 1. */
  repeats: ordinal,
  /** Here things accumulate. */
  isSuspect: v.boolean(),
});
export type HeapStep = v.InferOutput<typeof heapStep>;

/** From what the reader owns to the node in question; weak edges and V8's own tables are left out. */
export const retainerPath = v.object({ owner: heapOwner, steps: v.array(heapStep) });
export type RetainerPath = v.InferOutput<typeof retainerPath>;

export const heapEntryGroup = v.object({
  className: v.string(),
  /** Names of the first properties, for plain objects; empty when there are none to tell. */
  shape: v.array(v.string()),
  /** Entries of this class among those looked at. */
  count: ordinal,
  /** Of a function: where it is written. Of an instance: its class. */
  place: v.nullable(heapPlace),
});
export type HeapEntryGroup = v.InferOutput<typeof heapEntryGroup>;

/** A function that allocated entries, as V8 kept it while it tracked allocations. */
export const heapAllocator = v.object({
  functionName: v.string(),
  /** Of the innermost function of the program on the stack, or of the innermost one at all. */
  place: v.nullable(heapPlace),
  /** Entries among those looked at. */
  count: ordinal,
});
export type HeapAllocator = v.InferOutput<typeof heapAllocator>;

export const heapCollection = v.object({
  /** V8's snapshot object id, the same in later snapshots of this process. */
  objectId: count,
  kind: v.picklist(HEAP_COLLECTION_KINDS),
  className: v.string(),
  entries: count,
  /** Numbers leave no trace in a snapshot: `entries` may then be more. */
  entriesAreMinimum: v.boolean(),
  shallowBytes: amount,
  retainedBytes: amount,
  path: retainerPath,
  /** Of up to 20 of the newest entries, the commonest first. */
  newest: v.array(heapEntryGroup),
  /** Who allocated them, the commonest first; empty where V8 did not track it. */
  allocators: v.array(heapAllocator),
  /** Held by Node's own code, not by the program's. */
  isEngineOwned: v.boolean(),
});
export type HeapCollection = v.InferOutput<typeof heapCollection>;

export const heapClass = v.object({
  className: v.string(),
  count,
  shallowBytes: amount,
  /** What would be freed with all of them; one inside another is not counted twice. */
  retainedBytes: amount,
});
export type HeapClass = v.InferOutput<typeof heapClass>;

export const heapDuplicate = v.object({
  /** The text, cut; null unless it was asked for. */
  text: v.nullable(v.string()),
  /** First 8 hex digits of the SHA-256 of the text. */
  hash: text,
  /** Its beginning with letters as "a" and digits as "0": enough to recognise a kind of string. */
  form: v.string(),
  /** Characters V8 kept in the snapshot; it cuts at 1,024. */
  length: count,
  count,
  wastedBytes: amount,
});
export type HeapDuplicate = v.InferOutput<typeof heapDuplicate>;

/** One snapshot in a row. */
export const heapSnapshotFacts = v.object({
  path: v.string(),
  nodes: count,
  edges: count,
  shallowBytes: amount,
});
export type HeapSnapshotFacts = v.InferOutput<typeof heapSnapshotFacts>;

/** Something whose number of entries rose from each snapshot to the next. */
export const heapGrowth = v.object({
  /** Names from the owner on, the same for every process that runs the program. */
  key: text,
  collection: heapCollection,
  /** The step from the collection along which it grows. */
  grows: heapStep,
  /** How many collections grow alike: 1, or one in each of many objects; `collection` is the biggest. */
  holders: ordinal,
  /** One for each snapshot, the first one first. */
  entries: v.array(count),
  retainedBytes: v.array(v.number()),
  /** Of what only growing collections hold, the part of this one; shared objects are divided (BLeak, PLDI 2018). */
  leakShareBytes: amount,
  /** From the first snapshot to the last: of what it retains, or of its leak share when that is more. */
  grownBytes: v.number(),
  /** What nothing else holds. */
  exclusiveBytes: v.number(),
  /** Too small, or too uneven, to speak of in the verdict. */
  isMinor: v.boolean(),
});
export type HeapGrowth = v.InferOutput<typeof heapGrowth>;

/** A class of which there is more in each snapshot than in the one before. */
export const heapClassGrowth = v.object({
  className: v.string(),
  /** One for each snapshot, the first one first. */
  counts: v.array(count),
  /** Of the objects alone. */
  shallowBytes: v.array(amount),
  /** To the biggest of them; null when only weak edges hold it. */
  path: v.nullable(retainerPath),
});
export type HeapClassGrowth = v.InferOutput<typeof heapClassGrowth>;

/** Trees of DOM nodes that are in no document, and that something keeps. */
export const heapDetached = v.object({
  /** The topmost node, as `<nav class="menu">`. */
  name: v.string(),
  /** How many such trees there are in each snapshot, the first one first. */
  trees: v.array(count),
  /** In the last snapshot, of all of them. */
  nodes: count,
  retainedBytes: amount,
  /** To the biggest of them. */
  path: v.nullable(retainerPath),
});
export type HeapDetached = v.InferOutput<typeof heapDetached>;

/** `heap-grew`: no collection did, and objects of some classes became more at every step. */
export const heapVerdict = v.picklist([
  'one-snapshot',
  'growth',
  'heap-grew',
  'no-growth',
  'different-programs',
]);
export type HeapVerdict = v.InferOutput<typeof heapVerdict>;

export const heapReport = v.object({
  schemaVersion: v.literal(1),
  tool,
  verdict: heapVerdict,
  program: v.picklist(HEAP_PROGRAMS),
  snapshots: v.array(heapSnapshotFacts),
  /** The folder that all files of the program are in; paths are printed relative to it. */
  folder: v.string(),
  growth: v.array(heapGrowth),
  /** Where no collection explains what grew; empty otherwise. */
  classGrowth: v.array(heapClassGrowth),
  /** Most trees first; empty where the program has no DOM. */
  detached: v.array(heapDetached),
  /** Of the last snapshot, as all that follows. */
  collections: v.array(heapCollection),
  classes: v.array(heapClass),
  /** Of code, scopes, tables and all else that is V8's and Node's own; not among the classes. */
  engineBytes: amount,
  duplicates: v.array(heapDuplicate),
  duplicateBytes: amount,
  /** Absent: nothing is left open that a command would settle. */
  nextMeasurement: v.optional(nextMeasurement),
  warnings: v.array(v.string()),
});
export type HeapReport = v.InferOutput<typeof heapReport>;
