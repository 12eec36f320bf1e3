// How some members of a family differ from the others: those that have a cause, or the odd one out. It says where to look,
// not why.
import type { FamilyDifference, FamilyMember, FamilyOddOne } from '../../model/finding.ts';
import { formatBytes, formatDuration, formatNumber } from '../../units/units.ts';

/** A word that tells members apart: the same in all of one side. */
interface Word {
  what: FamilyDifference['what'];
  read: (member: FamilyMember) => string | null | undefined;
}

/** A number that does: its two ranges lie apart. */
interface Quantity {
  what: FamilyDifference['what'];
  read: (member: FamilyMember) => number | undefined;
  say: (value: number) => string;
  /** Less between the two ranges is chance, whatever the factor. */
  least: number;
}

const NODE: Word = { what: 'node', read: ({ pod }) => pod?.node };
const IMAGE: Word = { what: 'image', read: ({ pod }) => pod?.image };
const NODE_JS: Word = { what: 'Node.js', read: ({ report }) => report?.target.nodeVersion };

const AGE: Quantity = {
  what: 'age',
  // Of the process: a container that was started again begins anew, and its pod is older.
  read: ({ report }) => millisOf(report?.target.uptimeSeconds),
  say: formatDuration,
  least: 5 * 60_000,
};
const REQUESTS: Quantity = {
  what: 'requests',
  read: ({ report }) => report?.work?.requestsPerSecond,
  say: (perSecond) => `${formatNumber(Math.round(perSecond * 10) / 10)}/s`,
  least: 1,
};
const MEMORY: Quantity = {
  what: 'memory',
  read: ({ report }) => report?.work?.rssBytes,
  say: formatBytes,
  least: 32 * 2 ** 20,
};
const CPU: Quantity = {
  what: 'CPU',
  read: ({ report }) => report?.work?.cpuCores,
  say: (cores) => `${formatNumber(Math.round(cores * 100))}%`,
  least: 0.1,
};

const millisOf = (seconds: number | null | undefined) =>
  typeof seconds === 'number' ? seconds * 1_000 : undefined;

interface Sides {
  these: readonly FamilyMember[];
  others: readonly FamilyMember[];
}

/** Any two members differ in something. */
const LEAST_MEMBERS = 3;
const CLEAR_FACTOR = 1.5;

/** Members that could not be judged belong on neither side. */
export function differencesOf(
  these: readonly FamilyMember[],
  others: readonly FamilyMember[],
): FamilyDifference[] {
  if (these.length === 0 || others.length === 0 || these.length + others.length < LEAST_MEMBERS) return [];
  const sides = { these, others };
  return [
    ...[NODE, IMAGE, NODE_JS].flatMap((word) => byWord(word, sides)),
    ...[AGE, REQUESTS].flatMap((quantity) => byNumber(quantity, sides, CLEAR_FACTOR)),
  ];
}

/** One of three is soon unlike the other two. */
const LEAST_OTHERS = 3;
const ODD_FACTOR = 2;

/** Of those that were diagnosed. What has a cause differs by it, and is no news. */
export function oddOnesOf(looked: readonly FamilyMember[]): FamilyOddOne[] {
  if (looked.length <= LEAST_OTHERS) return [];
  return looked
    .filter(({ report }) => report?.findings.length === 0)
    .map((member) => {
      const sides = { these: [member], others: looked.filter((other) => other !== member) };
      const differences = [
        ...[IMAGE, NODE_JS].flatMap((word) => byWord(word, sides)),
        ...[REQUESTS, MEMORY, CPU].flatMap((quantity) => byNumber(quantity, sides, ODD_FACTOR)),
      ];
      return { member: member.name, differences };
    })
    .filter(({ differences }) => differences.length > 0);
}

/** Of every member, or undefined: one whose value is unknown could be the counterexample. */
function valuesOf<T>(
  members: readonly FamilyMember[],
  read: (member: FamilyMember) => T | null | undefined,
): T[] | undefined {
  const values = members.map(read).filter((value) => value !== undefined && value !== null);
  return values.length === members.length ? values : undefined;
}

/** Two or more on one side have the same word, and nobody on the other side has it. */
function byWord({ what, read }: Word, { these, others }: Sides): FamilyDifference[] {
  const ours = valuesOf(these, read);
  const theirs = valuesOf(others, read);
  if (!ours || !theirs) return [];
  const tells = sharedWordAway(ours, theirs) || sharedWordAway(theirs, ours);
  return tells ? [{ what, these: sayWords(ours), others: sayWords(theirs) }] : [];
}

const sharedWordAway = (side: readonly string[], other: readonly string[]) =>
  side.length > 1 && new Set(side).size === 1 && !other.includes(side[0]!);

const MOST_WORDS = 3;

function sayWords(words: readonly string[]): string {
  const distinct = [...new Set(words)].sort();
  const shown = distinct.slice(0, MOST_WORDS).join(', ');
  return distinct.length > MOST_WORDS ? `${shown} and ${distinct.length - MOST_WORDS} more` : shown;
}

function byNumber(quantity: Quantity, { these, others }: Sides, factor: number): FamilyDifference[] {
  const { what, read, say, least } = quantity;
  const ours = valuesOf(these, read);
  const theirs = valuesOf(others, read);
  if (!ours || !theirs) return [];
  const isAbove = (high: readonly number[], low: readonly number[]) => {
    const [from, to] = [Math.max(...low), Math.min(...high)];
    return to >= factor * from && to - from >= least;
  };
  const tells = isAbove(ours, theirs) || isAbove(theirs, ours);
  return tells ? [{ what, these: sayRange(ours, say), others: sayRange(theirs, say) }] : [];
}

function sayRange(values: readonly number[], say: Quantity['say']): string {
  const [least, most] = [say(Math.min(...values)), say(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
}
