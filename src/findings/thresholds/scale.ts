// How a confidence or an urgency rises with what was seen.

/** From a value for nothing seen up to a highest one, both 0..1. */
export interface Scale {
  from: number;
  /** For each unit of what is seen. */
  per: number;
  most: number;
}

/** Of one amount, in the unit that the scale counts. */
export function onScale({ from, per, most }: Scale, amount: number): number {
  return Math.min(most, from + amount * per);
}

/** How sure a finding is when its place in the code is known, and when it is not. */
export interface PlacedConfidence {
  placed: number;
  unplaced: number;
}

export function confidenceAt({ placed, unplaced }: PlacedConfidence, place: unknown): number {
  return place ? placed : unplaced;
}
