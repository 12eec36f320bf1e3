// What comes from a target, a log or a file is data: here its text loses what a terminal, a Markdown renderer or a model could
// take for more than a name, and a result is cut until it fits.
import { escapeControls } from '../report/escape.ts';

/** Of one result, as JSON. At three bytes a token, which is dense for JSON, it is 2,000 tokens. */
export const MOST_BYTES = 6_000;

/** Markup of HTML and Markdown, by harmless signs that look alike. */
const LOOKALIKES: Record<string, string> = { '<': '‹', '>': '›', '`': 'ˋ' };

/** One line of at most `most` characters, without control characters, tags, code spans and links. */
export function inertText(text: string, most: number): string {
  return escapeControls(text, most)
    .replace(/[<>`]/g, (sign) => LOOKALIKES[sign]!)
    .replaceAll('](', '] (');
}

/** How much of a value is kept: characters of a text, entries of a list. */
interface Cut {
  characters: number;
  entries: number;
}

/** From the widest to the narrowest: the first that fits is taken. */
const CUTS: readonly Cut[] = [
  { characters: 600, entries: 12 },
  { characters: 400, entries: 8 },
  { characters: 300, entries: 5 },
  { characters: 200, entries: 4 },
  { characters: 160, entries: 3 },
  { characters: 120, entries: 2 },
  { characters: 60, entries: 2 },
  { characters: 40, entries: 1 },
];

/** Plain values: objects, lists, texts, numbers. */
export type Plain = { [key: string]: unknown };

/**
 * A copy whose texts are inert and whose JSON has at most `mostBytes`. What was left out of lists stands in `leftOut`, by the
 * name of the list.
 */
export function inertResult(value: Plain, mostBytes = MOST_BYTES): Plain {
  let result: Plain = {};
  for (const cut of CUTS) {
    const leftOut = new Map<string, number>();
    const copy = cutValue(value, cut, { leftOut, key: '' }) as Plain;
    result = leftOut.size === 0 ? copy : { ...copy, leftOut: Object.fromEntries(leftOut) };
    if (Buffer.byteLength(JSON.stringify(result)) <= mostBytes) return result;
  }
  return result;
}

interface Place {
  leftOut: Map<string, number>;
  key: string;
}

function cutValue(value: unknown, cut: Cut, { leftOut, key }: Place): unknown {
  if (typeof value === 'string') return inertText(value, cut.characters);
  if (Array.isArray(value)) {
    if (value.length > cut.entries) leftOut.set(key, (leftOut.get(key) ?? 0) + value.length - cut.entries);
    return value.slice(0, cut.entries).map((entry) => cutValue(entry, cut, { leftOut, key }));
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => [name, cutValue(inner, cut, { leftOut, key: name })]),
  );
}
