// Matches the functions of one side with those of the other: by name, file and package. Lines move, bundles get new names,
// files are moved; anonymous functions are matched by their order in the file.
import type { Frame } from '../../model/frame.ts';

interface Place {
  /** As in call-costs.ts: with the line. */
  key: string;
  frame: Frame;
}

export interface MatchedFunctions {
  /** Place key -> identity shared by both sides. */
  base: Map<string, string>;
  head: Map<string, string>;
}

/** Each place is given once or more; all runs of a side together. */
export function matchFunctions(base: Iterable<Place>, head: Iterable<Place>): MatchedFunctions {
  const sides = { base: groupPlaces(base), head: groupPlaces(head) };
  const matched: MatchedFunctions = { base: new Map(), head: new Map() };
  const renamed = matchMovedFiles(sides.base, sides.head);
  for (const [group, places] of sides.base)
    identify(matched.base, renamed.get(group) ?? group, places, sides.head.get(renamed.get(group) ?? group));
  for (const [group, places] of sides.head)
    identify(matched.head, group, places, sides.base.get(originOf(renamed, group) ?? group));
  return matched;
}

type Groups = Map<string, Map<string, Frame>>;

function groupPlaces(places: Iterable<Place>): Groups {
  const groups: Groups = new Map();
  for (const { key, frame } of places) {
    const group = identityOf(frame);
    let members = groups.get(group);
    if (!members) {
      members = new Map();
      groups.set(group, members);
    }
    members.set(key, frame);
  }
  return groups;
}

/** Several functions of one name in one file, as many on the other side: the first is the first. */
function identify(
  into: Map<string, string>,
  group: string,
  places: Map<string, Frame>,
  others: Map<string, Frame> | undefined,
): void {
  const inOrder = [...places].sort(
    ([, a], [, b]) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  // Where their numbers differ nobody can say which is which: they count together.
  const isCountedApart = places.size > 1 && (others === undefined || others.size === places.size);
  for (const [i, [key]] of inOrder.entries()) into.set(key, isCountedApart ? `${group}#${i}` : group);
}

/** Name, file and package, without version, line and the hash in a bundle's name. */
function identityOf(frame: Frame): string {
  return `${frame.functionName}|${stableFile(frame.file)}|${packageName(frame)}`;
}

function packageName({ package: id }: Frame): string {
  return id === null ? '' : id.replace(/(?<=.)@[^@/]*$/, '');
}

/** "dist/server.3f9ac21b.js" and "chunk-AB12CD34.mjs" are named anew by each build. */
export function stableFile(file: string | null): string {
  return (file ?? '').replace(/([.-])(?=[\w-]*\d)[\w-]{8,}(?=(\.min)?\.[cm]?[jt]s$)/, '$1*');
}

/** A named function that is in one file on base only and in another on head only is the same, moved. */
function matchMovedFiles(base: Groups, head: Groups): Map<string, string> {
  const onlyIn = (side: Groups, other: Groups) => {
    const byName = new Map<string, string[]>();
    for (const [group, places] of side) {
      const [frame] = places.values();
      if (other.has(group) || frame!.owner !== 'app' || frame!.functionName === '(anonymous)') continue;
      const name = `${frame!.functionName}|${packageName(frame!)}`;
      byName.set(name, [...(byName.get(name) ?? []), group]);
    }
    return byName;
  };
  const gone = onlyIn(base, head);
  const moved = new Map<string, string>();
  for (const [name, groups] of onlyIn(head, base)) {
    const from = gone.get(name);
    if (from?.length === 1 && groups.length === 1) moved.set(from[0]!, groups[0]!);
  }
  return moved;
}

function originOf(renamed: Map<string, string>, group: string): string | undefined {
  for (const [from, to] of renamed) if (to === group) return from;
  return undefined;
}
