// Which Node.js processes are here, seen from outside: nothing is sent to them, and no port is tried.
import { programsLike } from '../../target/find.ts';
import { shortCommand } from '../../target/proc/command.ts';
import { isNodeProcess } from '../../target/program/node-binary.ts';
import { type ProcessTable, visiblePids } from '../../target/table/process-table.ts';
import { processTable } from '../../target/table/system-table.ts';
import type { TargetSpec } from '../../target/target-word.ts';
import type { Sighting, Wanted } from './slots.ts';

/** A word of the command line and what it means; null: all processes. */
export interface FollowSpec {
  word: string | null;
  spec: TargetSpec | null;
}

interface Seen extends Sighting {
  argv: string[];
}

/** What each of the specs matches at this moment. */
export type Sight = () => Wanted[];

const LONGEST_COMMAND = 80;

export function createSight(specs: readonly FollowSpec[], takeTable = processTable): Sight {
  const matchers = specs.map(({ word, spec }) => ({ word, match: matcherOf(spec) }));
  return () => {
    const table = takeTable();
    const seen = listNodes(table);
    return matchers.map(({ word, match }) => ({
      word,
      matches: match(seen, table).map(({ argv: _argv, ...sighting }) => sighting),
    }));
  };
}

function listNodes(table: ProcessTable): Seen[] {
  return visiblePids(table).flatMap((pid): Seen[] => {
    if (pid === process.pid || !isNodeProcess(pid, table)) return [];
    const stat = table.stat(pid);
    if (!stat || stat.state === 'Z' || stat.state === 'X') return [];
    const argv = table.argv(pid) ?? [];
    const command = shortCommand(argv, stat.comm, LONGEST_COMMAND);
    return [{ pid, startTicks: stat.startTicks, command, folder: table.folder(pid) ?? '', argv }];
  });
}

type Match = (seen: readonly Seen[], table: ProcessTable) => Seen[];

function matcherOf(spec: TargetSpec | null): Match {
  switch (spec?.kind) {
    case undefined:
      return (seen, table) => programsLike('', seen, table);
    case 'pattern':
      return (seen, table) => programsLike(spec.pattern, seen, table);
    case 'port':
      return (seen, table) =>
        seen.filter(({ pid }) => table.listeningPorts(pid).some(({ port }) => port === spec.port));
    case 'pid':
      return followPid(spec.pid);
    default:
      return () => [];
  }
}

const identity = ({ pid, startTicks }: Sighting) => `${pid}:${startTicks}`;

/** A process, and when it is gone the next one with its command that was not there before. */
function followPid(firstPid: number): (seen: readonly Seen[]) => Seen[] {
  let current: Seen | undefined;
  let there = new Set<string>();
  return (seen) => {
    const same = current
      ? seen.find((each) => identity(each) === identity(current!))
      : seen.find(({ pid }) => pid === firstPid);
    const command = current?.argv.join('\0');
    const next = same ?? seen.find((each) => !there.has(identity(each)) && command === each.argv.join('\0'));
    // What was there while it lived is no successor.
    if (same || next) there = new Set(seen.map(identity));
    // A title that it gives itself is not what its successor is started by.
    if (next && next !== same) current = next;
    else current ??= same;
    return next ? [next] : [];
  };
}
