// The recorder runs under the Node.js of a pod: 16 and newer. It uses nothing that came later.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Of arrays and objects: Node 18 and 20 brought these. */
const LATER =
  /\.(findLast|findLastIndex|toReversed|toSorted|toSpliced|isWellFormed)\(|Object\.groupBy|structuredClone\(|Promise\.withResolvers/g;

test('the recorder calls no method that Node 16 does not have', () => {
  const text = readFileSync(new URL('../../dist/culprit-recorder.cjs', import.meta.url), 'utf8');
  expect(text.match(LATER) ?? []).toEqual([]);
});
