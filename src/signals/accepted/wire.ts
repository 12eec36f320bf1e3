// Connections that clients opened to the program's servers and that the program itself holds: by server, and by the event
// whose listener received them. Read once, where such connections accumulate.
import * as v from 'valibot';
import { type BodyOf, count, functionPlace, listOf, threadLine } from '../../wire/parts.ts';

export const acceptedLine = threadLine('accepted', {
  groups: listOf(
    v.object({
      /** The port that the server listens on. */
      port: count,
      /** The event of the server with which it handed them over. */
      event: v.picklist(['connection', 'secureConnection', 'upgrade', 'connect']),
      /** About, where only some of very many were looked at. */
      sockets: count,
      /** Of these, those that nothing reads: the end of the other side is never noticed there. */
      unread: count,
      listeners: listOf(v.object(functionPlace)),
    }),
  ),
});
export type AcceptedLine = v.InferOutput<typeof acceptedLine>;
export type AcceptedRead = BodyOf<AcceptedLine>;
