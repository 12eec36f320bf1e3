// What a finding is about, what it costs, and what was measured that says so.
import * as v from 'valibot';
import { amount, count, ordinal, share, text } from './scalars.ts';

/** What a finding is about: the line, endpoint, collection or limit the reader can change. */
export const subject = v.object({
  type: v.picklist([
    'function',
    'collection',
    'socket',
    'file',
    'process',
    'thread',
    'handle',
    'memory',
    'limit',
    'pool',
    'request',
    'host',
    'setting',
    'error',
    'dependency',
  ]),
  /** The thing itself: a function, a variable, an endpoint, a path pattern, a command. */
  name: v.string(),
  function: v.nullable(v.string()),
  /** As a person would write it: relative to the target's working directory where it is inside it. */
  file: v.nullable(v.string()),
  /** 1-based. */
  line: v.nullable(ordinal),
  /** 1-based. */
  column: v.nullable(ordinal),
  /** `name@version` when the line belongs to a package, null for the application's own code. */
  package: v.nullable(v.string()),
  /** 0 is the main thread. */
  thread: count,
});
export type Subject = v.InferOutput<typeof subject>;

/** What it costs, measured, in units people feel. */
export const impact = v.object({
  metric: v.picklist([
    'cpu',
    'event-loop',
    'gc',
    'heap',
    'external',
    'native',
    'memory',
    'timers',
    'sockets',
    'fds',
    'handles',
    'processes',
    'threads',
    'connections',
    'waiting',
    'requests',
    'thread-pool',
    'lookups',
    'throttling',
    'cpu-wait',
    'memory-wait',
  ]),
  value: v.number(),
  unit: v.picklist(['share', 'ms', 'bytes', 'bytes/s', 'per second', 'count']),
  /** 0..1: this cause's part of all that moved in the same metric. */
  share: v.optional(share),
  /** Seconds until the limit is met at this rate. */
  exhaustionSeconds: v.optional(amount),
  /** The limit in words: "heap limit 256 MB". */
  limit: v.optional(v.string()),
});
export type Impact = v.InferOutput<typeof impact>;

export const evidence = v.object({
  /** Which capture says so: "cpu-profile", "heap-sampling", "async-resources", "proc", ... */
  source: text,
  statement: text,
  value: v.optional(v.number()),
  unit: v.optional(v.string()),
});
export type Evidence = v.InferOutput<typeof evidence>;
