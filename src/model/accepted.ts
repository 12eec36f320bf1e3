// Connections that a server handed to a listener of the program.
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
