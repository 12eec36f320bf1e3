// The few numbers that do not fit into a packed array: a buffer of 5 GB, an index beyond 2^29. They lie beside it,
// sorted by place.

export interface WideNumbers {
  places: Float64Array;
  values: Float64Array;
  count: number;
}

export function noWideNumbers(): WideNumbers {
  return { places: new Float64Array(0), values: new Float64Array(0), count: 0 };
}

/** Places must come in ascending order. */
export function addWideNumber(wide: WideNumbers, place: number, value: number): void {
  if (wide.count === wide.places.length) {
    wide.places = grown(wide.places);
    wide.values = grown(wide.values);
  }
  wide.places[wide.count] = place;
  wide.values[wide.count] = value;
  wide.count++;
}

/** The number kept for this place; throws nothing, and gives 0 where none was kept. */
export function wideNumberAt(wide: WideNumbers, place: number): number {
  let low = 0;
  let high = wide.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (wide.places[middle]! < place) low = middle + 1;
    else high = middle;
  }
  return low < wide.count && wide.places[low] === place ? wide.values[low]! : 0;
}

function grown(array: Float64Array): Float64Array {
  const larger = new Float64Array(Math.max(16, array.length * 2));
  larger.set(array);
  return larger;
}
