// Builds patterns from lists, so that a list stays readable however long it is.

const escaped = (word: string) => word.replaceAll(/[.+?^$()[\]{}|\\/]/g, String.raw`\$&`);

/** For whole words out of a list; `*` stands for anything. An empty list matches nothing. */
export function wordsLike(words: readonly string[]): RegExp {
  if (words.length === 0) return /(?!)/;
  return new RegExp(`^(?:${words.map((word) => escaped(word).replaceAll('*', '.*')).join('|')})$`);
}

/** For any of those patterns, anywhere in a text, in upper or lower case. */
export const anyOf = (first: RegExp, ...others: RegExp[]): RegExp =>
  new RegExp([first, ...others].map(({ source }) => source).join('|'), 'i');

/** For an address with one of those schemes, anywhere in a text. */
export const schemeOf = (schemes: readonly string[]): RegExp =>
  schemes.length === 0 ? /(?!)/ : new RegExp(String.raw`\b(?:${schemes.map(escaped).join('|')}):\/\/`, 'i');
