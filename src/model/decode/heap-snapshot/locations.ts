// The source positions of a snapshot. Their number is not in the header, so the arrays grow.
import type { LocationTable } from '../../heap/locations.ts';
import { integerSection } from './integers.ts';
import type { SnapshotLayout } from './layout.ts';
import { MalformedSnapshot } from './malformed.ts';
import type { Section } from './section.ts';

export function noLocations(): LocationTable {
  return { rows: new Uint32Array(0), count: 0 };
}

/** Null when this V8 writes other fields than we know: then there is nothing to read. */
export function locationSection(layout: SnapshotLayout, target: LocationTable): Section | null {
  const { locationFields: field, nodeFields, nodeCount } = layout;
  if (Math.min(field.node, field.scriptId, field.line, field.column) < 0) return null;
  return integerSection(field.count, 'locations', (values, rowCount) => {
    if (4 * (target.count + rowCount) > target.rows.length) {
      const larger = new Uint32Array(Math.max(4 * (target.count + rowCount), 2 * target.rows.length));
      larger.set(target.rows);
      target.rows = larger;
    }
    for (let row = 0; row < rowCount; row++) {
      const at = row * field.count;
      const node = values[at + field.node]! / nodeFields.count;
      if (node >= nodeCount || node !== Math.floor(node))
        throw new MalformedSnapshot('a source location belongs to a node that does not exist');
      const out = 4 * target.count++;
      target.rows[out] = node;
      target.rows[out + 1] = values[at + field.scriptId]!;
      target.rows[out + 2] = values[at + field.line]!;
      target.rows[out + 3] = values[at + field.column]!;
    }
  });
}

/** By ascending node, as V8 has always written them; a file that another tool wrote is sorted here. */
export function sortLocations(table: LocationTable): LocationTable {
  const { rows, count } = table;
  let isSorted = true;
  for (let row = 1; row < count && isSorted; row++) isSorted = rows[4 * row - 4]! <= rows[4 * row]!;
  if (isSorted) return table;
  const order = Uint32Array.from({ length: count }, (_, row) => row);
  order.sort((a, b) => rows[4 * a]! - rows[4 * b]!);
  const sorted = new Uint32Array(4 * count);
  for (let row = 0; row < count; row++)
    sorted.set(rows.subarray(4 * order[row]!, 4 * order[row]! + 4), 4 * row);
  return { rows: sorted, count };
}
