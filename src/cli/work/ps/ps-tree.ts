// Families as a tree: parents above their children, the command of each cut to what fits.
import { escapeControls } from '../../../report/escape.ts';
import { shownCommand } from '../../../target/family/command-words.ts';
import { shortCommand } from '../../../target/proc/command.ts';
import { LONGEST_COMMAND, type NodeProcess } from '../../../target/processes.ts';

export interface TreeRow {
  entry: NodeProcess;
  /** Branches and command, at most as wide as asked for. */
  command: string;
}

/** Deeper than people nest, and a bound for what /proc may claim. */
const MOST_DEPTH = 8;

const wholeCommand = ({ argv, command }: NodeProcess) =>
  argv.length === 0 ? command : shortCommand(argv, '', LONGEST_COMMAND);

/** Families by the pid of their first, members by pid. */
export function psTree(processes: readonly NodeProcess[], width: number): TreeRow[] {
  const byPid = new Map(processes.map((entry) => [entry.pid, entry]));
  const isRoot = ({ family: { parent } }: NodeProcess) => parent === undefined || !byPid.has(parent);
  const rows: TreeRow[] = [];
  const add = (entry: NodeProcess, branch: string, below: string, depth: number) => {
    const command = shownCommand(wholeCommand(entry), Math.max(0, width - branch.length));
    rows.push({ entry, command: `${branch}${escapeControls(command)}`.slice(0, width) });
    const children = depth < MOST_DEPTH ? entry.family.children.flatMap((pid) => byPid.get(pid) ?? []) : [];
    for (const [index, child] of children.entries()) {
      const isLast = index === children.length - 1;
      add(child, `${below}${isLast ? '└ ' : '├ '}`, `${below}${isLast ? '  ' : '│ '}`, depth + 1);
    }
  };
  for (const root of processes.filter(isRoot)) add(root, '', '', 0);
  return rows;
}
