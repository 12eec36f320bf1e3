// The source positions of a snapshot. Their number is not in the header.
import { type LocationRows, PIECE_ROWS } from '../../heap/locations.ts';
import { integerSection } from './integers.ts';
import type { SnapshotLayout } from './layout.ts';
import { MalformedSnapshot } from './malformed.ts';
import type { Section } from './section.ts';

export function noLocations(): LocationRows {
  return { pieces: [], count: 0 };
}

/** Null when this V8 writes other fields than we know: then there is nothing to read. */
export function locationSection(layout: SnapshotLayout, target: LocationRows): Section | null {
  const { locationFields: field, nodeFields, nodeCount } = layout;
  if (Math.min(field.node, field.scriptId, field.line, field.column) < 0) return null;
  return integerSection(field.count, 'locations', (values, rowCount) => {
    for (let row = 0; row < rowCount; row++) {
      const at = row * field.count;
      const node = values[at + field.node]! / nodeFields.count;
      if (node >= nodeCount || node !== Math.floor(node))
        throw new MalformedSnapshot('a source location belongs to a node that does not exist');
      const out = 4 * (target.count++ % PIECE_ROWS);
      if (out === 0) target.pieces.push(new Uint32Array(4 * PIECE_ROWS));
      const piece = target.pieces.at(-1)!;
      piece[out] = node;
      piece[out + 1] = values[at + field.scriptId]!;
      piece[out + 2] = values[at + field.line]!;
      piece[out + 3] = values[at + field.column]!;
    }
  });
}
