// What keeps a process alive, as a report lists it.
import * as v from 'valibot';
import { ALIVE_KINDS } from './names.ts';
import { count, ordinal, text } from './scalars.ts';

/** Things that keep an event loop alive, alike in what they are and in who waits for them. No cause: a list. */
export const keptAliveBy = v.object({
  kind: v.picklist(ALIVE_KINDS),
  count: ordinal,
  /** "a server that listens on 127.0.0.1:8080" */
  statement: text,
  /** A few single ones: pids, peers. */
  examples: v.array(v.string()),
  /** What the function below is to it: "callback", "'data' listener"; "" when no function is known. */
  through: v.string(),
  function: v.nullable(v.string()),
  file: v.nullable(v.string()),
  line: v.nullable(ordinal),
  column: v.nullable(ordinal),
  package: v.nullable(v.string()),
  /** 0 is the main thread; what keeps a worker alive keeps the process alive through it. */
  thread: count,
  advice: text,
});
export type KeptAliveBy = v.InferOutput<typeof keptAliveBy>;

export const keepsAlive = v.object({
  summary: text,
  /** Empty: nothing that counts. */
  by: v.array(keptAliveBy),
  /** What is there and does not count, and what could not be listed. */
  notes: v.array(v.string()),
});
export type KeepsAlive = v.InferOutput<typeof keepsAlive>;
