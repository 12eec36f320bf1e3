// What the package declares is what it exports.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as testing from '../../src/testing/index.ts';

test('each export is declared, and each declaration is exported', () => {
  const text = readFileSync(new URL('../../src/testing/functions.d.txt', import.meta.url), 'utf8');
  const declared = [...text.matchAll(/^export declare (?:function|class) (\w+)/gm)].map((match) => match[1]);
  expect(declared.sort()).toEqual(Object.keys(testing).sort());
});

test('the contract is whole by itself: the build copies its text', () => {
  const text = readFileSync(new URL('../../src/testing/contract.ts', import.meta.url), 'utf8');
  expect(text).not.toMatch(/^import /m);
});
