// Lines in order, as a value: adding one copies nothing and changes no earlier value, however many there are.

interface Link {
  text: string;
  before: Link | null;
}

export interface LineList {
  newest: Link | null;
  count: number;
}

export const NO_LINES: LineList = { newest: null, count: 0 };

export const addLine = ({ newest, count }: LineList, text: string): LineList => ({
  newest: { text, before: newest },
  count: count + 1,
});

/** In the place of the last one. */
export const replaceLast = ({ newest, count }: LineList, text: string): LineList => ({
  newest: { text, before: newest?.before ?? null },
  count,
});

export const listOf = (lines: readonly string[]): LineList => lines.reduce(addLine, NO_LINES);

/** Oldest first; the last `most` of them. */
export function linesIn({ newest, count }: LineList, most = count): string[] {
  const found: string[] = [];
  for (let link = newest; link !== null && found.length < Math.min(count, most); link = link.before)
    found.push(link.text);
  return found.reverse();
}
