// Pools and agents, and what is checked out of them, at one moment.
import * as v from 'valibot';
import { holder } from '../../wire/holder.ts';
import { amount, type BodyOf, count, listOf, stack, text, threadLine } from '../../wire/parts.ts';

/** The items that are checked out, examined while the pool is short of them. */
const lent = v.object({
  /** Those with a connection that could be looked at. */
  looked: count,
  /** Nothing went over the connection for some seconds. */
  silent: count,
  longestSilentMillis: count,
  /** What an Agent's sockets are busy with: "GET /rates/#: response not read". */
  labels: listOf(v.tuple([text, count]), 100),
});

/** A line that was known by those who stand in it, not by names. */
const line = v.object({
  /** The field or variable that is the line. */
  name: text,
  /** For how long the same one has been the first. */
  headMillis: count,
  /** The owner's other fields: numbers, and how much is in its collections. */
  beside: listOf(v.tuple([text, count]), 100),
});

/** How much of a pool is in use. */
export const poolUse = {
  /** Absent: it has none. */
  limit: amount,
  /** Lent out. */
  busy: amount,
  idle: amount,
  /** Those who wait for one. */
  waiting: count,
  lent: v.optional(lent),
  line: v.optional(line),
};

const pool = v.object({
  /** The same in every read. */
  id: count,
  className: text,
  holder: v.optional(holder),
  /** Of an Agent: the destination it is busiest with; the counts are of that one. */
  endpoint: v.optional(text),
  ...poolUse,
  /** Who came to wait, caught since the last read. */
  insertions: listOf(stack, 100),
});
export type PoolRead = v.InferOutput<typeof pool>;

export const poolsLine = threadLine('pools', {
  /** Pools known by then, in use or not. */
  found: count,
  /** Those in use, the shortest ones first. */
  pools: listOf(pool),
});
export type PoolsLine = v.InferOutput<typeof poolsLine>;
export type PoolsRead = BodyOf<PoolsLine>;
