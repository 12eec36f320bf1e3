// Several processes as lines to choose from, with the columns in which they differ.
import { formatBytes, formatDuration } from '../../units/units.ts';
import type { NodeProcess } from '../processes.ts';
import { shownCommand } from './command-words.ts';
import { appPorts } from './family.ts';

const COMMAND_WIDTH = 60;

/** "  4242  shop  cluster worker  :3000  2 h  120 MB  node server.js"; a column that is empty for all is left out. */
export function describeChoices(choices: readonly NodeProcess[]): string[] {
  const rows = choices.map((entry) => [
    String(entry.pid),
    entry.family.app ?? '',
    entry.family.role === 'program' ? '' : entry.family.role,
    portsOf(entry),
    entry.ageSeconds === undefined ? '' : formatDuration(entry.ageSeconds * 1_000),
    entry.rssBytes === undefined ? '' : formatBytes(entry.rssBytes),
    shownCommand(entry.command, COMMAND_WIDTH),
  ]);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  return rows.map((row) => {
    const cells = row.flatMap((cell, column) => (widths[column] === 0 ? [] : cell.padEnd(widths[column]!)));
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

function portsOf(entry: NodeProcess): string {
  const ports = [...appPorts(entry), ...(entry.family.familyPorts ?? [])];
  return [...new Set(ports)].map((port) => `:${port}`).join(' ');
}
