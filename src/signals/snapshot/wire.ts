// A heap snapshot, and which of its nodes are the collections that were seen growing.
import * as v from 'valibot';
import { type BodyOf, count, listOf, text, threadLine } from '../../wire/parts.ts';

export const snapshotLine = threadLine('snapshot', {
  path: text,
  millis: count,
  /** Of the file before it was compressed. */
  bytes: v.optional(count, 0),
  /** `collection` is its id in the lines of type `collections`, `node` V8's snapshot object id. */
  suspects: listOf(v.object({ collection: count, node: count })),
});
export type SnapshotLine = v.InferOutput<typeof snapshotLine>;
export type SnapshotTaken = BodyOf<SnapshotLine>;
