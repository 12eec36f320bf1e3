// Requests that have come in and whose answer has not begun, also those that came before culprit did: by what they ask for.
import * as v from 'valibot';
import { type BodyOf, count, functionPlace, listOf, text, threadLine } from '../../wire/parts.ts';

export const openRequestsLine = threadLine('open-requests', {
  groups: listOf(
    v.object({
      /** "GET /orders/#". */
      label: text,
      /** Without the start of an answer now. */
      open: count,
      /** Of these, those that were so at a read 8 s ago or longer. */
      lasting: count,
      /** How long ago the oldest was first read, milliseconds. */
      oldestMillis: count,
      /** What became of the others that an earlier read had found open, since the first one. */
      answered: count,
      left: count,
      /** The function that answers, as far as its router tells; else the listener of the server. */
      handler: v.optional(v.object(functionPlace)),
    }),
  ),
});
export type OpenRequestsLine = v.InferOutput<typeof openRequestsLine>;
export type OpenRequestsRead = BodyOf<OpenRequestsLine>;
