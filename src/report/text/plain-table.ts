// A table without lines, for a terminal: columns are separated by space alone.
import Table from 'cli-table3';

const NO_LINES = {
  mid: '',
  'left-mid': '',
  'mid-mid': '',
  'right-mid': '',
  top: '',
  'top-left': '',
  'top-mid': '',
  'top-right': '',
  bottom: '',
  'bottom-left': '',
  'bottom-mid': '',
  'bottom-right': '',
  left: '',
  right: '',
  middle: ' ',
};

/** Lines. Columns that are empty in every row are left out. Strings must be escaped already. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const isUsed = head.map((_, column) => rows.some((row) => row[column] !== ''));
  const kept = (row: readonly string[]) => row.filter((_, column) => isUsed[column]);
  const table = new Table({
    head: kept(head),
    style: { head: [], border: [], compact: true },
    chars: NO_LINES,
  });
  for (const row of rows) table.push(kept(row));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
