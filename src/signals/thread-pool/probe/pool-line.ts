// How long each operation was on a thread of libuv's pool, computed from when it was sent and when it came back. All wait in
// one queue, and the first takes the next free thread: so it is known when each left the queue.

export interface Sent {
  /** Milliseconds. */
  at: number;
  /** Negative: it is not back. */
  backAt: number;
}

/**
 * Milliseconds on a thread of each of these, which are in the order in which they were sent and are all that were. Until the
 * first is back nothing is known of those before: what was on a thread by then counts from that moment.
 */
export function timesOnThread(line: readonly Sent[], threads: number, now: number): number[] {
  const backAt = (sent: Sent) => (sent.backAt >= 0 ? sent.backAt : now);
  const known = line.reduce((first, sent) => Math.min(first, backAt(sent)), now);
  const freeAt = new Array<number>(threads).fill(known);
  return line.map((sent) => {
    let next = 0;
    for (let i = 1; i < threads; i++) if (freeAt[i]! < freeAt[next]!) next = i;
    const from = Math.max(sent.at, freeAt[next]!);
    const to = Math.max(from, backAt(sent));
    freeAt[next] = to;
    return to - from;
  });
}
