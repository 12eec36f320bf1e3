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

/** By ascending node. V8 writes them in an order of its own. */
export function sortLocations({ rows, count }: LocationTable): LocationTable {
  // Node and row in one number, which sorts many times faster than with a function that compares.
  const order = new Float64Array(count);
  for (let row = 0; row < count; row++) order[row] = rows[4 * row]! * count + row;
  order.sort();
  const sorted = new Uint32Array(4 * count);
  for (let row = 0; row < count; row++) {
    const from = 4 * (order[row]! % count);
    sorted[4 * row] = rows[from]!;
    sorted[4 * row + 1] = rows[from + 1]!;
    sorted[4 * row + 2] = rows[from + 2]!;
    sorted[4 * row + 3] = rows[from + 3]!;
  }
  return { rows: sorted, count };
}
