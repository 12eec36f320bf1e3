// Packages that add to what they keep when a socket or a timer wakes them: no code of the program is on the stack then.
import { expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { buildLook, collection, heapFloor, KB } from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

const LIB = '/app/node_modules';
const WIRE = `onMessage@${LIB}/wire/receiver.js:9`;
const KEEP = `createChild@${LIB}/rooms/parent.js:62`;
const CALL = `emit@${LIB}/rooms/socket.js:476`;

const findingOf = (added: string, allocated: string) =>
  judge(
    gatherFacts(
      buildLook(
        30,
        collection(linear(30), added, { newestEntry: 'Room', holderName: 'this.children' }),
        heapFloor(linear(60 * KB), allocated),
      ),
    ),
  ).findings[0]!;

test('the way from the program ends at the package that keeps, and does not lead through who woke it up', () => {
  const { title, chain, advice, caveats } = findingOf(
    `${WIRE} > ${KEEP}`,
    `join@/app/src/orders.js:34 > ${CALL} > send@${LIB}/wire/socket.js:12`,
  );
  expect(title).toBe(
    'Map `this.children` grows by 30 entries/s and is never trimmed (src/orders.js:34, join, through rooms (node_modules/rooms/parent.js:62, createChild))',
  );
  expect(chain).toBeUndefined();
  expect(advice).toEqual([expect.stringMatching(/^rooms keeps what it is given: look for an option /)]);
  expect(caveats[0]).toBe(
    'rooms adds the entries when no code of the program is on the stack. src/orders.js:34 is the place that was observed to call it most.',
  );
});

test('what the program passes in itself is told as before', () => {
  const stack = `join@/app/src/orders.js:34 > ${KEEP}`;
  const { title, advice, caveats } = findingOf(stack, stack);
  expect(title).toMatch(
    /\(src\/orders\.js:34, join, through rooms \(node_modules\/rooms\/parent\.js:62, createChild\)\)$/,
  );
  expect(advice).toEqual([expect.stringMatching(/^rooms keeps what src\/orders\.js:34 passes to it: /)]);
  expect(caveats.join()).not.toMatch(/no code of the program/);
});
