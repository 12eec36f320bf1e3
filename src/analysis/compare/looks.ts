// Sequential testing: the numbers are checked while runs come in, and runs stop when the numbers are clear enough. Each
// check spends a part of the chance of a false alarm, so that all checks together keep to it (Lan and DeMets 1983, with
// Pocock's spending).

/** Which numbers of pairs are looked at, up to `most`: further apart the more there are. */
export function plannedLooks(most: number): number[] {
  const looks: number[] = [];
  for (let n = FIRST_LOOK; n < most; n = Math.ceil(n * 1.3)) looks.push(n);
  if (most >= 2) looks.push(most);
  return looks;
}

/** Before this many pairs the spread of the runs is hardly known. */
const FIRST_LOOK = 4;

/** The part of the whole chance of a false alarm, 0..1, that a look after `pairs` may use when the last was after `before`. */
export function lookShare(pairs: number, before: number, most: number): number {
  const spent = (n: number) => Math.log(1 + ((Math.E - 1) * Math.min(n, most)) / most);
  return spent(pairs) - (before === 0 ? 0 : spent(before));
}
