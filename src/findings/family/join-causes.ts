// The findings of all members of a family, each cause once, with the members that have it.
import type { FamilyCause, FamilyMember, Finding } from '../../model/finding.ts';
import { differencesOf } from './tell-apart.ts';

interface Seen {
  member: FamilyMember;
  finding: Finding;
}

/** Gravest first. */
export function joinCauses(members: readonly FamilyMember[]): FamilyCause[] {
  const all = members.flatMap((member) =>
    (member.report?.findings ?? []).map((finding) => ({ member, finding })),
  );
  return byPlace(byFingerprint(all))
    .map((group) => group.sort((a, b) => b.finding.score - a.finding.score))
    .sort(([a], [b]) => b!.finding.score - a!.finding.score)
    .map((group, index) => ({
      finding: { ...group[0]!.finding, rank: index + 1 },
      ...whoHasIt(membersOf(group), members),
    }));
}

const membersOf = (group: readonly Seen[]) => [...new Set(group.map(({ member }) => member))];

/** Fingerprints are the same wherever the same code is at fault. */
function byFingerprint(all: readonly Seen[]): Seen[][] {
  const groups = new Map<string, Seen[]>();
  for (const one of all) {
    const { fingerprint } = one.finding;
    groups.set(fingerprint, [...(groups.get(fingerprint) ?? []), one]);
  }
  return [...groups.values()];
}

/**
 * The same fault has another fingerprint where less of it was seen: a function that allocates, without the collection that keeps.
 * Two collections that one function fills are two faults, and so are both sights in one member.
 */
function byPlace(groups: readonly Seen[][]): Seen[][] {
  const joined: Seen[][] = [];
  for (const group of groups) {
    const same = joined.find((other) => isSamePlace(other, group) && !shareMember(other, group));
    if (same) same.push(...group);
    else joined.push([...group]);
  }
  return joined;
}

function isSamePlace([one]: readonly Seen[], [other]: readonly Seen[]): boolean {
  const [a, b] = [one!.finding, other!.finding];
  return (
    a.kind === b.kind &&
    a.subject.type !== b.subject.type &&
    Boolean(a.subject.file && a.subject.function) &&
    a.subject.file === b.subject.file &&
    a.subject.function === b.subject.function
  );
}

function shareMember(one: readonly Seen[], other: readonly Seen[]): boolean {
  const members = new Set(one.map(({ member }) => member));
  return other.some(({ member }) => members.has(member));
}

function whoHasIt(
  these: readonly FamilyMember[],
  members: readonly FamilyMember[],
): Omit<FamilyCause, 'finding'> {
  const others = members.filter((member) => wasJudged(member) && !these.includes(member));
  const differences = differencesOf(these, others);
  return { members: these.map(({ name }) => name), ...(differences.length > 0 && { differences }) };
}

/** One that did nothing, or was watched too briefly, may have the cause, too. */
const wasJudged = ({ report }: FamilyMember) =>
  report?.verdict === 'healthy' || report?.verdict === 'findings';
