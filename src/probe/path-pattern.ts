// What the paths of requests have in common. Queries are left out: they may hold private data.
import { isDigit, isLetter, isOfWords, isWord } from '../model/owner/ascii.ts';

const LONGEST = 120;
const LONGEST_PART = 40;
/** Ids begin at these lengths, in hexadecimal digits and in what else URLs are made of. */
const SHORTEST_HEX = 16;
const SHORTEST_ID = 9;
const PUNCTUATION = '.~%@:+=-';

/** "/orders/8121/lines?token=x" -> "/orders/#/lines"; "" for what is no text. */
export function pathPattern(path: unknown): string {
  if (typeof path !== 'string') return '';
  return withoutQuery(withoutOrigin(path.slice(0, 500)))
    .split('/')
    .map((part) => (part.length > LONGEST_PART || isId(part) ? '#' : withoutNumbers(part)))
    .join('/')
    .slice(0, LONGEST);
}

/** "https://user:secret@host:80/a" -> "/a". */
function withoutOrigin(url: string): string {
  const at = url.indexOf('://');
  if (at < 0 || !isWord(url.slice(0, at))) return url;
  const path = url.indexOf('/', at + '://'.length);
  return path < 0 ? '' : url.slice(path);
}

function withoutQuery(path: string): string {
  const ends = ['?', '#'].map((mark) => path.indexOf(mark)).filter((at) => at >= 0);
  return path.slice(0, Math.min(path.length, ...ends));
}

function isId(part: string): boolean {
  const count = (isOf: (char: string) => boolean) => Array.from(part).filter(isOf).length;
  const digits = count(isDigit);
  if (digits > 0 && digits === part.length) return true;
  if (part.length >= SHORTEST_HEX && count(isHex) === part.length) return true;
  return digits > 0 && part.length >= SHORTEST_ID && count(isOfUrls) === part.length;
}

/** "v2-item17" -> "v#-item#". */
function withoutNumbers(part: string): string {
  let text = '';
  for (const char of part)
    if (!isDigit(char)) text += char;
    else if (!text.endsWith('#')) text += '#';
  return text;
}

const isHex = (char: string): boolean =>
  isDigit(char) || char === '-' || (isLetter(char) && char.toLowerCase() <= 'f');
const isOfUrls = (char: string): boolean => isOfWords(char) || PUNCTUATION.includes(char);
