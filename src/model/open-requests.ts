// Requests of clients that wait for the start of their answer, decoded.
import type { Frame } from './frame.ts';

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
