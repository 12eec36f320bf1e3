// Blocks of a package that the program is not on the stack of: its functions, and what it does after awaits, are one cause.
import type { BlockGroup } from '../../analysis/cpu/blocks.ts';
import type { MicrotaskChain } from '../../analysis/cpu/microtask-chains.ts';
import { formatCount, formatDuration } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { packageOf, place } from '../wording.ts';

/** A block group with what else the same package holds the event loop with. */
export interface PackageBlocks extends BlockGroup {
  chains: MicrotaskChain[];
}

/** Null where code of the program is on the stack, which is told by its place, or no package is known. */
function nameOf({ app, library, inner }: BlockGroup['blame']): string | null {
  return app ? null : ((inner ?? library)?.package ?? null);
}

/** The groups of one package become the first of them; chains of a package that has a group go there. */
export function foldByPackage(
  groups: readonly BlockGroup[],
  chains: readonly MicrotaskChain[],
): { blocks: PackageBlocks[]; others: MicrotaskChain[] } {
  const blocks: PackageBlocks[] = [];
  const byName = new Map<string, PackageBlocks>();
  for (const group of groups) {
    const name = nameOf(group.blame);
    const known = name === null ? undefined : byName.get(name);
    if (known) {
      add(known, group);
      continue;
    }
    const begun = { ...group, chains: [] };
    blocks.push(begun);
    if (name !== null) byName.set(name, begun);
  }
  const others = chains.filter((chain) => {
    const known = byName.get(nameOf(chain.blame) ?? '');
    known?.chains.push(chain);
    return !known;
  });
  return { blocks, others };
}

function add(to: PackageBlocks, group: BlockGroup): void {
  to.blocksMillis = [...to.blocksMillis, ...group.blocksMillis];
  to.startsMicros = [...to.startsMicros, ...group.startsMicros];
  to.ranMillis = [...to.ranMillis, ...group.ranMillis];
  to.gcShare =
    (to.gcShare * to.totalMillis + group.gcShare * group.totalMillis) / (to.totalMillis + group.totalMillis);
  to.totalMillis += group.totalMillis;
  to.longestMillis = Math.max(to.longestMillis, group.longestMillis);
}

/** More are the whole program. */
const NAMED = 3;

export function packageEvidence({ blame, chains, calledBack }: PackageBlocks): Draft['evidence'] {
  if (nameOf(blame) === null) return [];
  const longest = Math.max(0, ...chains.map(({ longestMillis }) => longestMillis));
  const count = chains.reduce((sum, { ranMillis }) => sum + ranMillis.length, 0);
  return [
    ...callbackEvidence({ blame, calledBack }),
    ...(count === 0
      ? []
      : [
          {
            source: 'cpu-profile',
            statement: `${formatCount(count, 'more time')} its awaits of resolved promises blocked the event loop, for up to ${formatDuration(longest)}`,
          },
        ]),
  ];
}

type Called = Pick<PackageBlocks, 'blame' | 'calledBack'>;

export function callbackEvidence({ blame, calledBack }: Called): Draft['evidence'] {
  if (nameOf(blame) === null || calledBack.length === 0) return [];
  const owner = packageOf((blame.inner ?? blame.library)!);
  const named = calledBack.slice(0, NAMED).map(place).join('; ');
  return [{ source: 'cpu-profile', statement: `${owner} calls functions of the program: ${named}` }];
}

/** What it works for is where its callbacks belong to. */
export function callbackAdvice({ blame, calledBack: [first] }: Called): string[] {
  if (nameOf(blame) === null || !first) return [];
  return [
    `It works for the part of the program that ${place(first)} belongs to: find what makes it call that code so often at once (a list without a limit, a query or document that is too large). Make each call cheaper, for example by not using a promise where the value is already known.`,
  ];
}
