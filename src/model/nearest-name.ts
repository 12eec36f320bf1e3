// The name that was probably meant: the nearest existing one, by how many letters differ.

/** A name that goes on where the word ends, else the nearest; null when more than a third of the letters would change. */
export function nearestName(written: string, names: readonly string[]): string | null {
  const word = written.slice(0, 100).toLowerCase();
  let best: string | null = names.find((name) => name.toLowerCase().startsWith(`${word}.`)) ?? null;
  if (best !== null) return best;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const distance = distanceTo(name, word);
    if (distance >= least) continue;
    best = name;
    least = distance;
  }
  return best;
}

/** To the whole name, or to its first part where only that was written: "lateny" is near "latency.p50". */
function distanceTo(name: string, word: string): number {
  const known = name.slice(0, 100).toLowerCase();
  const whole = editDistance(word, known);
  const dot = known.indexOf('.');
  return dot < 0 || word.includes('.') ? whole : Math.min(whole, editDistance(word, known.slice(0, dot)));
}

/** Letters to put in, take out, change, or swap with the next one (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const changed = above[column - 1]! + (isSame ? 0 : 1);
      let least = Math.min(changed, above[column]! + 1, current[column - 1]! + 1);
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) least = Math.min(least, before[column - 2]! + 1);
      current.push(least);
    }
    before = above;
    above = current;
  }
  return above[b.length]!;
}
