// Where the time or the memory of a profile went, and what a diagnostic report holds.
import * as v from 'valibot';
import { FRAME_OWNERS, PROGRAM_KINDS } from './names.ts';
import { amount, count, ordinal, share } from './scalars.ts';

/** A function, a package or a file. */
export const profileRow = v.object({
  /** The function's name; "name@version", "(application)", "(runtime)" or "(native)"; the file's path. */
  name: v.string(),
  /** Of a function and a file; null where there is none. */
  file: v.nullable(v.string()),
  /** Of a function, 1-based. */
  line: v.nullable(ordinal),
  package: v.nullable(v.string()),
  owner: v.picklist(FRAME_OWNERS),
  /** Spent or held by itself, in the unit of the profile. */
  self: amount,
  /** With all that it called; in a recursion once. */
  total: amount,
  /** Parts of `whole`. */
  selfShare: share,
  totalShare: share,
});
export type ProfileRow = v.InferOutput<typeof profileRow>;

/** Where most of it went: the end of the widest path of calls. */
export const profileHead = v.object({
  name: v.string(),
  file: v.nullable(v.string()),
  line: v.nullable(ordinal),
  /** Of `whole`, with all that it called. */
  share,
  ownShare: share,
  /** Over how many different calls the rest of it is spread. */
  calleeCount: count,
  calledBy: v.nullable(v.string()),
});
export type ProfileHead = v.InferOutput<typeof profileHead>;

const left = v.object({ functions: count, packages: count, files: count });

/** One thread of a CPU profile, or one heap profile. */
export const profileTables = v.object({
  profile: v.picklist(['cpu', 'heap']),
  unit: v.picklist(['ms', 'bytes']),
  /** null for a heap profile. */
  program: v.nullable(v.picklist(PROGRAM_KINDS)),
  thread: count,
  threadName: v.string(),
  /** All time that was not idle, or all live bytes: what shares are parts of. */
  whole: amount,
  /** In milliseconds; null for a heap profile. "program" is the engine's own work outside of functions. */
  states: v.nullable(v.object({ code: amount, native: amount, gc: amount, program: amount, idle: amount })),
  /** null: no path of calls holds the larger part. */
  head: v.nullable(profileHead),
  /** By own amount, the largest first. */
  functions: v.array(profileRow),
  packages: v.array(profileRow),
  files: v.array(profileRow),
  /** How many more rows each list had. */
  left,
});
export type ProfileTables = v.InferOutput<typeof profileTables>;

/** What a diagnostic report holds. Absent: the report does not say. */
export const reportContents = v.object({
  /** What made Node.js write it, in its words. */
  event: v.nullable(v.string()),
  trigger: v.nullable(v.string()),
  at: v.nullable(v.string()),
  heapUsedBytes: v.nullable(amount),
  heapLimitBytes: v.nullable(amount),
  rssBytes: v.nullable(amount),
  /** Largest first. */
  heapSpaces: v.array(v.object({ name: v.string(), usedBytes: amount })),
  /** By type, most first. */
  handles: v.array(v.object({ type: v.string(), count })),
  /** Of JavaScript, the message first; what of it is known. */
  stack: v.array(v.string()),
  limits: v.array(v.object({ name: v.string(), soft: v.string(), hard: v.string() })),
  /** Signs of trouble, each a sentence. */
  signs: v.array(v.string()),
});
export type ReportContents = v.InferOutput<typeof reportContents>;
