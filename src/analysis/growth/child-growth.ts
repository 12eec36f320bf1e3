// Child processes whose number rises, by program: arguments differ from call to call, the program is the same.
import type { ChildProcess, PassiveSample } from '../../model/samples.ts';
import { type CountGrowth, countTrends } from './resource-growth.ts';

/** Children of one program. */
export interface ChildGroup {
  /** The program and those of its first arguments that all have in common, then "..." where they differ. */
  command: string;
  /** They have ended, and nobody has waited for them. */
  isZombie: boolean;
  /** The child that started them has ended; they go on. */
  isOrphan: boolean;
}

/** Counts by program, zombies and orphans apart. */
export function growingChildren(samples: readonly PassiveSample[]): CountGrowth<ChildGroup>[] {
  const groups = new Map<string, ChildGroup>();
  const groupOf = (child: ChildProcess) => {
    const { command, state, isOrphan = false } = child;
    const key = `${isOrphan}|${programOf(child)}`;
    const known = groups.get(key);
    const group = known ?? { command, isZombie: state === 'Z', isOrphan };
    if (known) known.command = commonStart(known.command, command);
    else groups.set(key, group);
    return { key, subject: group, count: 1 };
  };
  return countTrends(samples, ({ children }) => children?.map(groupOf));
}

function programOf({ command }: ChildProcess): string {
  return command.split(' ')[0]!;
}

const MORE = '...';

function commonStart(known: string, other: string): string {
  if (known === other) return known;
  const words = other.split(' ');
  const common = known.split(' ').filter((word) => word !== MORE);
  const differs = common.findIndex((word, i) => word !== words[i]);
  return [...common.slice(0, differs < 0 ? common.length : differs), MORE].join(' ');
}
