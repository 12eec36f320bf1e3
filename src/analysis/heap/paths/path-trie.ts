// All paths of a snapshot by their names (variables, properties, classes, `[x]` for slots), never by object ids, so
// that snapshots of different processes can be laid over each other.

/** Names of an edge and of what it leads to; interned. */
export interface PathNames {
  /** As stepKindOf has it, or "owner". */
  kind: string;
  name: string;
  className: string;
}

/** Paths are numbers from 0; beyond this many, new ones are left out (and -1). */
export const MOST_PATHS = 500_000;

export interface PathTrie {
  parents: number[];
  /** By path, as interned. */
  names: number[];
  nameAt(names: number): PathNames;
  /** For each snapshot, by path: objects at it, objects one step further, bytes they retain. */
  snapshots: PathCounts[];
  isFull: boolean;
  intern(names: PathNames): number;
  /** The path one step further; -1 when there is no room. `parent` -1 is the beginning. */
  child(parent: number, names: number): number;
}

/** Of one snapshot. The lists are by path; one that the snapshot does not have is missing or 0. */
export interface PathCounts {
  heapBytes: number;
  objects: number[];
  children: number[];
  retainedBytes: number[];
}

export function createPathTrie(): PathTrie {
  const namesByKey = new Map<string, number>();
  const interned: PathNames[] = [];
  const paths = new Map<number, number>();
  const trie: PathTrie = {
    parents: [],
    names: [],
    snapshots: [],
    isFull: false,
    nameAt: (names) => interned[names]!,
    intern(names) {
      const key = `${names.kind}\n${names.name}\n${names.className}`;
      const known = namesByKey.get(key);
      if (known !== undefined) return known;
      interned.push(names);
      namesByKey.set(key, interned.length - 1);
      return interned.length - 1;
    },
    child(parent, names) {
      const key = (parent + 1) * 2 ** 24 + names;
      const known = paths.get(key);
      if (known !== undefined) return known;
      if (trie.parents.length >= MOST_PATHS || names >= 2 ** 24) {
        trie.isFull = true;
        return -1;
      }
      paths.set(key, trie.parents.length);
      trie.names.push(names);
      return trie.parents.push(parent) - 1;
    },
  };
  return trie;
}

/** Names of the last step to a path. */
export function namesOf(trie: PathTrie, path: number): PathNames {
  return trie.nameAt(trie.names[path]!);
}

/** Names of the steps from the owner to this path. */
export function namesOnPath(trie: PathTrie, path: number): PathNames[] {
  const names: PathNames[] = [];
  for (let at = path; at >= 0; at = trie.parents[at]!) names.push(trie.nameAt(trie.names[at]!));
  return names.reverse();
}
