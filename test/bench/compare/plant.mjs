// Copies of the server with something planted: more work in one function, or one object a request that is kept.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where work is planted, by name: the file, and the line after which it goes. */
export const PLACES = {
  rank: { file: 'search.js', after: 'export function rank(found, word) {' },
  priceOf: { file: 'prices.js', after: 'export function priceOf(product) {' },
  sign: { file: 'session.js', after: 'function sign(text) {' },
  renderResults: { file: 'pages.js', after: 'export function renderResults(q, found) {' },
};

export function plantWork(from, to, place, rounds) {
  cpSync(from, to, { recursive: true });
  if (rounds === 0) return;
  const { file, after } = PLACES[place];
  const work = `\n  let checksum = 7;\n  for (let i = 0; i < ${rounds}; i++) checksum = (checksum * 33 + i) % 65521;\n  if (checksum < 0) throw new Error('cannot be');`;
  edit(join(to, file), after, after + work);
}

export function plantLeak(from, to) {
  cpSync(from, to, { recursive: true });
  edit(
    join(to, 'search.js'),
    'export function findProducts(word, sort) {',
    'const asked = [];\n\nexport function findProducts(word, sort) {\n  asked.push({ word, sort });',
  );
}

function edit(file, before, after) {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(before)) throw new Error(`${file} has no "${before}"`);
  writeFileSync(file, text.replace(before, after));
}
