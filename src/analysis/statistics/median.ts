// The middle of some numbers.

/** Of an even count the upper of the two in the middle, so that it is a number that was measured; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
