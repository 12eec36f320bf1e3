import { describe, expect, test } from 'vitest';
import { findBlocks } from '../../src/analysis/cpu/blocks.ts';
import type { RuntimeSample } from '../../src/model/samples.ts';
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

describe('borne out or not by what the event loop measured:', () => {
  const START = 5_000_000;
  /** One sample a second, by V8's clock; the profile begins with the first. */
  const delays = (maxes: number[], withClock = true): RuntimeSample[] =>
    maxes.map((max, i) => ({
      atMillis: (i + 1) * 1_000,
      thread: 0,
      afterGc: false,
      clockMicros: withClock ? START + (i + 1) * 1e6 : undefined,
      eventLoopDelayMillis: { mean: 1, p50: 1, p99: max, max },
    }));
  const lengths = (slices: Slice[], runtime: RuntimeSample[]) => {
    const profile = { ...buildCpuProfile(slices), startClockMicros: START };
    return findBlocks(profile, () => undefined, { runtime, cpuWaits: [] }).flatMap(({ blocksMillis }) =>
      blocksMillis.map(Math.round),
    );
  };
  /** 500 ms of a callback at 2.2 s. */
  const rare: Slice[] = [
    ['(idle)', 2_200],
    [LOGIN, 500],
    ['(idle)', 2_300],
  ];

  test('a rare block of 500 ms stands when the timer was as late in its second', () => {
    expect(lengths(rare, delays([2, 2, 494, 2, 2]))).toEqual([500]);
  });

  test('it also stands when the turn went on, and the delay was noted a second later', () => {
    expect(lengths(rare, delays([2, 2, 3, 510, 2]))).toEqual([500]);
  });

  test('it falls when the timer was late in another second only, or never', () => {
    expect(lengths(rare, delays([494, 2, 2, 2, 2]))).toEqual([]);
    expect(lengths(rare, delays([2, 2, 2, 2, 2]))).toEqual([]);
  });

  test('without a common clock the latest of the whole capture counts', () => {
    expect(lengths(rare, delays([494, 2, 2, 2, 2], false))).toEqual([500]);
    expect(lengths(rare, delays([40, 2, 2, 2, 2], false))).toEqual([]);
  });

  test('a loop that never turned again measured nothing, and the block stands', () => {
    expect(
      lengths(
        [
          ['(idle)', 500],
          [LOGIN, 4_000],
        ],
        delays([2]),
      ),
    ).toEqual([4_000]);
  });

  test('blocks of 60 ms, one after the other on a loop that is never idle, stand', () => {
    const turn: Slice[] = [
      ['parserOnHeadersComplete@node:_http_common:70', 1],
      [PBKDF2, 60],
    ];
    expect(lengths(repeatSlices(3_000, turn), delays([590, 600, 610])).length).toBeGreaterThan(40);
  });
});

describe('on a loop that is never idle', () => {
  /** Runs as they look when each millisecond has the same small chance of showing a gap: many short, few long ones. */
  function byChance(meanMillis: number, runs: number): Slice[] {
    const random = seededRandom(5);
    return Array.from({ length: runs }, (): Slice[] => [
      ['parserOnHeadersComplete@node:_http_common:70', 1],
      [LOGIN, Math.max(1, Math.round(-meanMillis * Math.log(1 - random())))],
    ]).flat();
  }

  test('runs that end by chance are short callbacks between which no sample fell, however long they look', () => {
    expect(blocksOf(byChance(60, 300))).toEqual([]);
  });

  test('the same lengths between pauses are what the callback took', () => {
    const slices = byChance(60, 300).flatMap((slice): Slice[] => [['(idle)', 30], slice]);
    expect(blocksOf(slices)).toHaveLength(1);
  });

  test('slow calls among many fast ones of the same function are blocks', () => {
    const slices = Array.from({ length: 400 }, (_, i): Slice[] => [
      ['parserOnHeadersComplete@node:_http_common:70', 1],
      [LOGIN, i % 20 === 0 ? 120 : 3],
    ]).flat();
    expect(blocksOf(slices)[0]!.blocksMillis).toHaveLength(20);
  });

  test('a process that its quota stops in the middle of short work is not blocked by it', () => {
    const raw = buildRawCpuProfile(
      Array.from({ length: 20 }, (): Slice[] => [
        [LOGIN, 40],
        ['(idle)', 5],
      ]).flat(),
    );
    // In each period of 100 ms it is stopped for 55.
    for (let at = 20; at < raw.timeDeltas.length; at += 45) raw.timeDeltas[at] = 55_000;
    expect(findBlocks(decodeRaw(raw), () => undefined)).toEqual([]);
  });
});

describe('work of two kinds in one block', () => {
  const SAVE = `${SERVE} > save@/app/src/orders.js:12 > write@/app/node_modules/filedb/index.js:50`;
  const CONVERT = `${SERVE} > save@/app/src/orders.js:12 > stringify@/app/node_modules/filedb/text.js:3#4`;
  const WRITE = `${SAVE} > writeFileSync@node:fs:2300`;
  const textOf = (file: string, line: number) =>
    file.endsWith('text.js') && line === 4 ? 'return JSON.stringify(all, null, 2);' : undefined;
  const groups = (first: number, second: number) =>
    findBlocks(
      buildCpuProfile([
        ['(idle)', 100],
        [CONVERT, first],
        [WRITE, second],
        ['(idle)', 100],
        [CONVERT, 90],
        [WRITE, 60],
        ['(idle)', 100],
      ]),
      textOf,
    );

  test('has both, and is placed where the work is done that it is told by', () => {
    const [group] = groups(80, 100);
    expect(group!.work).toEqual({ kind: 'sync-fs', call: 'fs.writeFileSync' });
    expect(group!.blame.inner).toMatchObject({ functionName: 'write' });
    expect(group!.others).toMatchObject([
      { work: { kind: 'json', call: 'JSON.stringify' }, frame: { functionName: 'stringify' } },
    ]);
    expect(group!.others[0]!.share).toBeCloseTo(80 / 180, 1);
  });

  test('has one where the other is a small part', () => {
    const [group] = groups(30, 200);
    expect(group!.others).toEqual([]);
  });
});
