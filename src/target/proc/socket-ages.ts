// How long sockets have been open, as far as was seen: /proc does not say when one was created, so its age counts from the
// first reading that had its inode.

/** What is remembered from look to look. The kernel gives an inode number to one socket only. */
export interface SocketAges {
  /** Takes down which sockets are held now; forgets those that are not. */
  look(inodes: Iterable<number>, atMillis: number): void;
  /** Milliseconds since it was first seen, at the last look; undefined for one that was not held then. */
  ageMillis(inode: number): number | undefined;
  /** It was there at the first look, and may be any age beyond that. */
  isFromStart(inode: number): boolean;
}

/** As many as a passive sample looks at. */
const MOST_SOCKETS = 5_000;

export function createSocketAges(): SocketAges {
  let firstSeen = new Map<number, number>();
  let startMillis: number | undefined;
  let nowMillis = 0;
  return {
    look(inodes, atMillis) {
      startMillis ??= atMillis;
      nowMillis = atMillis;
      const held = new Map<number, number>();
      for (const inode of inodes) {
        if (held.size === MOST_SOCKETS) break;
        held.set(inode, firstSeen.get(inode) ?? atMillis);
      }
      firstSeen = held;
    },
    ageMillis(inode) {
      const at = firstSeen.get(inode);
      return at === undefined ? undefined : nowMillis - at;
    },
    isFromStart: (inode) => startMillis !== undefined && firstSeen.get(inode) === startMillis,
  };
}
