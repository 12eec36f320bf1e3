// A maximum that stands in the code: `if (history.length > 500) history.shift()` close to where entries are added.
import type { CollectionBound, CollectionGrowth } from '../../model/memory/collection.ts';

/** Text of a line (1-based) of a file, where the recording has it. */
export type TextOf = (file: string, line: number) => string | undefined;

/** Lines before and after the one that adds. */
export const LINES_AROUND = 3;

/** The collection with the maximum that its code keeps to; as it is where it has one already, or none is seen. */
export function withCodeBound(collection: CollectionGrowth, textOf: TextOf): CollectionGrowth {
  const bound = collection.bound || collection.alike !== undefined ? null : codeBound(collection, textOf);
  return bound ? { ...collection, bound } : collection;
}

function codeBound(
  { insertions, holder, holderName, sizes }: CollectionGrowth,
  textOf: TextOf,
): CollectionBound | null {
  const frame = insertions[0]?.find(({ owner }) => owner === 'app' || owner === 'library');
  const isProperty = holder?.kind === 'property';
  const names = [
    ...(holderName === null ? [] : [NOT_OF_OTHERS + escaped(holderName)]),
    ...(holder && holder.kind !== 'handle'
      ? [(isProperty ? WHOLE : NOT_OF_OTHERS) + escaped(holder.name)]
      : []),
  ];
  if (!frame?.file || frame.line === null) return null;
  const { file, line } = frame;
  const text = Array.from(
    { length: 2 * LINES_AROUND + 1 },
    (_, i) => textOf(file, line - LINES_AROUND + i) ?? '',
  ).join('\n');
  for (const name of names) {
    const found = limitIn(text, name);
    if (found) return { ...found, held: sizes.at(-1)?.entries ?? 0 };
  }
  return null;
}

/** A name as a whole; of a variable it is no property of another object. */
const WHOLE = '(?<![\\w$])';
const NOT_OF_OTHERS = '(?<![\\w$.])';

const escaped = (name: string): string => name.replace(/[^\w]/g, '\\$&');

/** A comparison of its size with a number, and something that takes entries out of it. */
function limitIn(text: string, own: string): Pick<CollectionBound, 'name' | 'limit'> | null {
  const compared = new RegExp(`${own}\\??\\.(?:length|size)\\s*>=?\\s*(\\d[\\d_]*)(?![\\w.])`).exec(text);
  const isTrimmed = new RegExp(
    `${own}(?:\\??\\.(?:shift|pop|splice|delete|clear)\\(|\\.length\\s*=[^=]|\\s*=\\s*${own}\\.slice\\()`,
  ).test(text);
  const limit = Number(compared?.[1]?.replaceAll('_', ''));
  return compared && isTrimmed && limit > 0 ? { name: compared[0], limit } : null;
}
