// Where functions (and objects made by them) come from in the source, as far as V8 wrote it down.

/** Lines and columns are 1-based. */
export interface SourceLocation {
  scriptId: number;
  line: number;
  column: number;
}

/** Four words a row: node, script id, line, column; the last two as V8 gives them, 0-based. By ascending node. */
export interface LocationTable {
  rows: Uint32Array;
  count: number;
}

export function locationOf({ rows, count }: LocationTable, node: number): SourceLocation | null {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[4 * middle]! < node) low = middle + 1;
    else high = middle;
  }
  if (low === count || rows[4 * low] !== node) return null;
  return { scriptId: rows[4 * low + 1]!, line: rows[4 * low + 2]! + 1, column: rows[4 * low + 3]! + 1 };
}
