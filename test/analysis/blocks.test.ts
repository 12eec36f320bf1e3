import { describe, expect, test } from 'vitest';
import { findBlocks } from '../../src/analysis/blocks.ts';
import { repeatSlices } from '../support/build-observations.ts';
import { buildCpuProfile, buildRawCpuProfile, decodeRaw, type Slice } from '../support/build-profile.ts';
import { seededRandom } from '../support/shapes.ts';

const SERVE = 'onconnection@node:net:1700 > emit@node:events:500';
const LOGIN = `${SERVE} > login@/app/src/login.js:10`;
const PBKDF2 = `${LOGIN} > pbkdf2Sync@node:internal/crypto/pbkdf2:60`;

const blocksOf = (slices: Slice[]) => findBlocks(buildCpuProfile(slices), () => undefined);
const named = (slices: Slice[]) =>
  blocksOf(slices).map(({ blame, blocksMillis }) => [
    blame.subject!.functionName,
    blocksMillis.map(Math.round),
  ]);

test('a synchronous call of 200 ms is a block, named by who made it and what it was', () => {
  const [block, ...rest] = blocksOf([
    ['(idle)', 500],
    [PBKDF2, 200],
    ['(idle)', 300],
  ]);
  expect(rest).toEqual([]);
  expect(block!.blame.subject).toMatchObject({ functionName: 'login', file: 'src/login.js' });
  expect(block!.work).toEqual({ kind: 'crypto', call: 'crypto.pbkdf2Sync' });
  expect(Math.round(block!.longestMillis)).toBe(200);
});

test('every block of a function is counted', () => {
  expect(
    named(
      repeatSlices(3_000, [
        ['(idle)', 800],
        [PBKDF2, 200],
      ]),
    ),
  ).toEqual([['login', [200, 200, 200]]]);
});

test('a block that changes what it does inside is still one block', () => {
  expect(
    named([
      [LOGIN, 40],
      [PBKDF2, 100],
      [`${LOGIN} > hash@/app/src/hash.js:3`, 60],
      ['(idle)', 10],
    ]),
  ).toEqual([['login', [200]]]);
});

test('the deepest function that covers the block is blamed, not the handler around it', () => {
  const deep = `${SERVE} > handle@/app/src/server.js:5 > build@/app/src/page.js:8 > loop@/app/src/page.js:20`;
  expect(
    named([
      ['(idle)', 50],
      [deep, 300],
      ['(idle)', 50],
    ]),
  ).toEqual([['loop', [300]]]);
});

test('a collection inside of a block does not cut it in two', () => {
  expect(
    named([
      ['(idle)', 50],
      [LOGIN, 90],
      ['(garbage collector)', 30],
      [LOGIN, 90],
      ['(idle)', 50],
    ]),
  ).toEqual([['login', [210]]]);
});

test('short calls with idle time between them are no block', () => {
  expect(
    named(
      repeatSlices(5_000, [
        ['(idle)', 2],
        [LOGIN, 30],
      ]),
    ),
  ).toEqual([]);
});

test('handlers of 3 ms back to back at 100 % CPU are no block: Node’s own frames show between them', () => {
  expect(
    named(
      repeatSlices(5_000, [
        ['parserOnHeadersComplete@node:_http_common:70', 1],
        [LOGIN, 3],
      ]),
    ),
  ).toEqual([]);
});

test('many different handlers in a row are no block', () => {
  const handlers = Array.from(
    { length: 100 },
    (_, i): Slice => [`${SERVE} > handler${i}@/app/src/h.js:${i + 1}`, 4],
  );
  expect(named(handlers)).toEqual([]);
});

test('a thread that had no core is not blocked by the code it was in', () => {
  const raw = buildRawCpuProfile([
    ['(idle)', 300],
    [LOGIN, 4],
    ['(idle)', 300],
  ]);
  raw.timeDeltas[302] = 400_000;
  expect(findBlocks(decodeRaw(raw), () => undefined)).toEqual([]);
});

test('Node’s own work without any user code on the stack blames nobody', () => {
  expect(
    named([
      ['(idle)', 10],
      ['compileFunction@node:internal/vm:20', 400],
      ['(idle)', 10],
    ]),
  ).toEqual([]);
});

test('a library called by the application is named with its caller', () => {
  const [block] = blocksOf([
    ['(idle)', 10],
    [`${LOGIN} > hash@/app/node_modules/bcryptjs/index.js:9`, 300],
    ['(idle)', 10],
  ]);
  expect(block!.blame).toMatchObject({ app: { functionName: 'login' }, library: { package: 'bcryptjs' } });
});

test('a profile without a time line has no blocks', () => {
  const { nodes } = buildRawCpuProfile([[LOGIN, 500]]);
  expect(findBlocks(decodeRaw({ nodes }), () => undefined)).toEqual([]);
});

test('the line that ran tells what V8 hides', () => {
  const profile = buildCpuProfile([
    ['(idle)', 10],
    [`${SERVE} > report@/app/src/r.js:3#5`, 300],
    ['(idle)', 10],
  ]);
  const [block] = findBlocks(profile, (file, line) =>
    file === 'src/r.js' && line === 5 ? 'return JSON.stringify(rows)' : undefined,
  );
  expect(block!.work).toEqual({ kind: 'json', call: 'JSON.stringify' });
});

describe('as the sampler really sees it:', () => {
  /** 1 ms samples of handlers of 3 ms with 0.2 to 0.4 ms of Node between them: most gaps are missed. */
  function saturated(seconds: number, handlerMillis: number, gapMillis: number): Slice[] {
    const random = seededRandom(11);
    const slices: Slice[] = [];
    let isHandler = true;
    let left = handlerMillis;
    for (let t = 0; t < seconds * 1_000; t++) {
      slices.push([isHandler ? LOGIN : 'parserOnHeadersComplete@node:_http_common:70', 1]);
      for (let ran = 0; ran < 1; ) {
        const part = Math.min(left, 1 - ran);
        ran += part;
        left -= part;
        if (left > 1e-9) continue;
        isHandler = !isHandler;
        left = (isHandler ? handlerMillis : gapMillis) * (0.7 + 0.6 * random());
      }
    }
    return slices;
  }

  test('a saturated server whose gaps are mostly missed shows no block of 250 ms', () => {
    const longest = Math.max(0, ...blocksOf(saturated(20, 3, 0.3)).map(({ longestMillis }) => longestMillis));
    expect(longest).toBeLessThan(250);
  });
});
