// Requests of clients that have waited for their answer for long while none of their kind was answered: as they are found in a
// server in which nothing moves any more, and to which no more requests come because all of its clients wait.

import type { OpenRequests } from '../../model/clients.ts';
import type { Frame } from '../../model/frame.ts';

export interface HangingRequests {
  thread: number;
  /** "GET /orders/#". */
  label: string;
  /** Those that were open at a read 8 s before the end, or longer. */
  lasting: number;
  oldestMillis: number;
  /** Left by their clients without an answer, of those that a read had found open. */
  left: number;
  handler: Frame | null;
  /** They were open, and none was answered, from the first read on. */
  isFromStart: boolean;
}

/** Fewer may be long polls. */
const LEAST = 5;
/** Nobody of them was answered for so long. */
const STILL_MILLIS = 8_000;
/** The first read of requests comes some seconds after the beginning. */
const FROM_START = 0.6;

/** The most first. */
export function hangingRequests(all: readonly OpenRequests[], seconds: number): HangingRequests[] {
  return all
    .flatMap(({ thread, label, reads, handler }): HangingRequests[] => {
      const last = reads.at(-1);
      if (!last || last.lasting < LEAST) return [];
      const before = reads.findLast(({ atMillis }) => atMillis <= last.atMillis - STILL_MILLIS);
      if (!before || last.answered > before.answered) return [];
      const { lasting, oldestMillis, left } = last;
      const isFromStart = last.answered === 0 && oldestMillis >= seconds * 1_000 * FROM_START;
      return [{ thread, label, lasting, oldestMillis, left, handler, isFromStart }];
    })
    .sort((a, b) => b.lasting - a.lasting);
}

/** The function that answers such requests, where no router tells: of those that a read found open, the server's own listener. */
export function answererOf(
  { label, site }: { label: string; site: { thread: number; handler?: Frame } },
  all: readonly OpenRequests[],
): Frame | null {
  const open = all.find((each) => each.label === label && each.thread === site.thread);
  return site.handler ?? open?.handler ?? null;
}
