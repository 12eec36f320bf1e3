// Damages a snapshot in one to four places, the same for the same seed: bytes changed, dropped, doubled, moved, numbers
// replaced, the end cut.
import { randomNumbers } from './random-numbers.ts';

const NUMBERS = [
  '-1',
  '0',
  '7',
  '4294967295',
  '4294967296',
  '99999999999999999999',
  '1e9',
  '0.5',
  '',
  'null',
  '"x"',
  '[]',
];
const PIECES = [
  '"',
  '\\',
  ']',
  '[',
  '{',
  '}',
  ',',
  ':',
  '\u0000',
  '\ud800',
  '\\u',
  ' ',
  '\n',
  '9',
  '"strings":[',
];

export function mutated(text: string, seed: number): string {
  const random = randomNumbers(seed);
  let damaged = text;
  for (let times = 1 + random(4); times > 0; times--) damaged = damage(damaged, random);
  return damaged;
}

function damage(text: string, random: (limit: number) => number): string {
  const at = random(text.length + 1);
  const length = random(12);
  switch (random(7)) {
    case 0:
      return text.slice(0, at) + PIECES[random(PIECES.length)] + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at + length) + text.slice(at);
    case 3:
      return text.slice(0, at) + PIECES[random(PIECES.length)] + text.slice(at);
    case 4:
      return random(4) === 0 ? text.slice(0, at) : text;
    default:
      return replaceNumber(text, at, random);
  }
}

function replaceNumber(text: string, at: number, random: (limit: number) => number): string {
  const match = /\d+/.exec(text.slice(at));
  if (!match) return text;
  const start = at + match.index;
  const replacement = random(2) === 0 ? NUMBERS[random(NUMBERS.length)] : String(random(60));
  return text.slice(0, start) + replacement + text.slice(start + match[0].length);
}
