// What clients have open, decoded: connections that a server handed to a listener of the program, and requests that wait for the
// start of their answer.
import type { Frame } from './frame.ts';

export interface AcceptedSockets {
  thread: number;
  /** The port that the server listens on. */
  port: number;
  /** The event of the server: "connection", "upgrade". */
  event: string;
  sockets: number;
  /** Of these, those that nothing reads. */
  unread: number;
  /** Where the listeners of the event begin, as far as they are the program's or a package's. */
  listeners: Frame[];
}

export interface OpenRequestsRead {
  atMillis: number;
  open: number;
  /** Of these, those that were so at a read 8 s ago or longer. */
  lasting: number;
  /** How long ago the oldest was first read. */
  oldestMillis: number;
  /** What became of the others that had been read as open by then. */
  answered: number;
  left: number;
}

export interface OpenRequests {
  thread: number;
  /** "GET /orders/#". */
  label: string;
  reads: OpenRequestsRead[];
  /** The function that answers, or the listener of the server. */
  handler: Frame | null;
}
