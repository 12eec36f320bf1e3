// Where functions (and objects made by them) come from in the source, as far as V8 wrote it down.

/** Lines and columns are 1-based. */
export interface SourceLocation {
  scriptId: number;
  line: number;
  column: number;
}

/** Rows of four words: node, script id, line, column, the last two 0-based as V8 gives them. In the file's order. */
export interface LocationRows {
  /** PIECE_ROWS rows each: grown by adding one, which leaves no garbage as a doubled array does. */
  pieces: Uint32Array[];
  count: number;
}

export const PIECE_ROWS = 2 ** 16;

/** By ascending node. */
export interface LocationTable {
  nodes: Uint32Array;
  scriptIds: Uint32Array;
  lines: Uint32Array;
  columns: Uint32Array;
}

export function sortLocations({ pieces, count }: LocationRows): LocationTable {
  const word = (row: number, field: number) =>
    pieces[Math.floor(row / PIECE_ROWS)]![4 * (row % PIECE_ROWS) + field]!;
  // Node and row in one number, which sorts many times faster than with a function that compares.
  const order = Float64Array.from({ length: count }, (_, row) => word(row, 0) * count + row).sort();
  const column = (field: number) => Uint32Array.from(order, (key) => word(key % count, field));
  return { nodes: column(0), scriptIds: column(1), lines: column(2), columns: column(3) };
}

export function locationOf(table: LocationTable, node: number): SourceLocation | null {
  const { nodes } = table;
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (nodes[middle]! < node) low = middle + 1;
    else high = middle;
  }
  if (nodes[low] !== node) return null;
  return { scriptId: table.scriptIds[low]!, line: table.lines[low]! + 1, column: table.columns[low]! + 1 };
}
