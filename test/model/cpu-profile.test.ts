import { describe, expect, test } from 'vitest';
import { summarizeCpu } from '../../src/analysis/cpu/cpu.ts';
import { SAMPLE_STATES } from '../../src/model/cpu-profile.ts';
import { framesOf, MalformedProfile } from '../../src/model/decode/cpu-profile.ts';
import { buildCpuProfile, buildRawCpuProfile, decodeRaw, type Slice } from '../support/build-profile.ts';

const MAIN = 'main@/app/main.js:1';
const WORK = 'work@/app/main.js:10';

const timeIn = (profile: ReturnType<typeof decodeRaw>, state: (typeof SAMPLE_STATES)[number]) =>
  profile.samples.micros.reduce(
    (sum, micros, i) => sum + (SAMPLE_STATES[profile.samples.state[i]!] === state ? micros : 0),
    0,
  );

test('the times of the samples add up to the duration, and each state gets its own', () => {
  const profile = buildCpuProfile([
    [MAIN, 5],
    [`${MAIN} > ${WORK}`, 7],
    ['(idle)', 20],
    ['(garbage collector)', 3],
    ['(program)', 2],
  ]);
  expect(profile.durationMicros).toBe(37_000);
  expect(profile.intervalMicros).toBe(1_000);
  expect([timeIn(profile, 'code'), timeIn(profile, 'idle'), timeIn(profile, 'gc')]).toEqual([
    12_000, 20_000, 3_000,
  ]);
  expect(timeIn(profile, 'program')).toBe(2_000);
  expect(profile.nodes.reduce((sum, { selfMicros }) => sum + selfMicros, 0)).toBe(37_000);
});

test('a total is the own time and that of all below, in every calling context', () => {
  const { nodes } = buildCpuProfile([
    [MAIN, 5],
    [`${MAIN} > ${WORK}`, 7],
    [`${MAIN} > ${WORK} > ${WORK}`, 4],
  ]);
  const main = nodes.find(({ frame }) => frame.functionName === 'main')!;
  const works = nodes.filter(({ frame }) => frame.functionName === 'work');
  expect([main.selfMicros, main.totalMicros]).toEqual([5_000, 16_000]);
  expect(works.map(({ selfMicros, totalMicros }) => [selfMicros, totalMicros])).toEqual([
    [7_000, 11_000],
    [4_000, 4_000],
  ]);
});

test('parents come before their children whatever the order in the file', () => {
  const raw = buildRawCpuProfile([[`${MAIN} > ${WORK} > leaf@/app/leaf.js:2`, 3]]);
  raw.nodes.reverse();
  const { nodes } = decodeRaw(raw);
  expect(nodes.every(({ index, parent }) => parent < index)).toBe(true);
  expect(
    framesOf(
      decodeRaw(raw),
      nodes.findIndex(({ frame }) => frame.functionName === 'leaf'),
    ).map(({ functionName }) => functionName),
  ).toEqual(['leaf', 'work', 'main']);
});

test('the time after a sample is that sample’s, as V8 writes the time before each', () => {
  const raw = buildRawCpuProfile([
    [MAIN, 1],
    ['(idle)', 1],
  ]);
  raw.timeDeltas = [500, 300, 9_000];
  const profile = decodeRaw(raw);
  expect([...profile.samples.micros]).toEqual([300, 9_000, 0]);
});

test('negative times, as racing threads make them, count as none', () => {
  const raw = buildRawCpuProfile([[MAIN, 3]]);
  raw.timeDeltas = [0, -200, 1_000, 1_000];
  const profile = decodeRaw(raw);
  expect(profile.durationMicros).toBe(2_000);
  expect([...profile.samples.startMicros]).toEqual([0, 0, 1_000, 2_000]);
});

test('a profile with hit counts only still has its tree and its times', () => {
  const { nodes } = buildRawCpuProfile([
    [`${MAIN} > ${WORK}`, 40],
    ['(idle)', 60],
  ]);
  const profile = decodeRaw({ nodes });
  expect(profile.samples.node).toHaveLength(0);
  const summary = summarizeCpu(profile, () => undefined);
  expect([summary.busyMicros, summary.idleMicros]).toEqual([40_000, 60_000]);
  expect(summary.hotspots[0]!.frame.functionName).toBe('work');
});

test('our own probe has no file of the application, and counts to whom it interrupted', () => {
  const profile = buildCpuProfile([
    [`${MAIN} > ${WORK}`, 5],
    ['sample@culprit:probe:3', 4],
    ['sample@culprit:probe:3 > memoryUsage@node:process:9', 6],
  ]);
  expect(profile.nodes.filter(({ frame }) => frame.file?.includes('culprit'))).toEqual([]);
  expect([timeIn(profile, 'code'), timeIn(profile, 'program')]).toEqual([15_000, 0]);
});

test('a function that V8 gives no URL, as it does when it has inlined it, belongs to its script', () => {
  const node = (id: number, functionName: string, callFrame: object, children: number[] = []) => ({
    id,
    callFrame: { functionName, lineNumber: 1, columnNumber: 1, ...callFrame },
    hitCount: 1,
    children,
  });
  const nodes = [
    node(1, '(root)', { scriptId: '0', url: '' }, [2, 4]),
    node(2, 'sample', { scriptId: '7', url: 'culprit:probe' }, [3]),
    node(3, 'inlined', { scriptId: '7', url: '' }),
    node(4, 'main', { scriptId: '8', url: 'file:///app/main.js' }, [5, 6]),
    node(5, 'inlined', { scriptId: '8', url: '' }),
    node(6, 'writev', { scriptId: '0', url: '' }),
  ];
  const profile = decodeRaw({ nodes, startTime: 0, endTime: 6_000 });
  expect(profile.nodes.map(({ frame }) => [frame.functionName, frame.file])).toEqual([
    ['(root)', null],
    ['(culprit)', null],
    ['main', 'main.js'],
    ['(culprit)', null],
    ['inlined', 'main.js'],
    ['writev', null],
  ]);
});

test('line ticks are kept by source line', () => {
  const profile = buildCpuProfile([
    [`${MAIN}#4`, 3],
    [`${MAIN}#5`, 8],
  ]);
  const main = profile.nodes.find(({ frame }) => frame.functionName === 'main')!;
  expect([...main.lineTicks]).toEqual([
    [4, 3],
    [5, 8],
  ]);
});

test('a tree of 100,000 levels is decoded without overflowing the stack', () => {
  const levels = 100_000;
  const nodes = Array.from({ length: levels }, (_, i) => ({
    id: i + 1,
    callFrame: { functionName: `f${i}`, url: '/app/a.js', lineNumber: i, columnNumber: 0 },
    hitCount: 0,
    children: i + 1 < levels ? [i + 2] : [],
  }));
  const profile = decodeRaw({ nodes, samples: [levels, levels], timeDeltas: [0, 1_000] });
  expect(profile.durationMicros).toBe(1_000);
  expect(profile.nodes[0]!.totalMicros).toBe(1_000);
});

test('what runs while culprit itself holds the thread is nobody’s work, and ends a block', () => {
  const raw = { ...buildRawCpuProfile([['work@/app/src/a.js:1', 100]]), startTime: 5_000_000 };
  const origin = 5_000_000 + raw.timeDeltas[0]!;
  const profile = decodeRaw(raw, undefined, [[origin + 40_000, origin + 60_000]]);
  expect(timeIn(profile, 'code')).toBeLessThan(timeIn(decodeRaw(raw), 'code') - 20_000);
  expect(timeIn(profile, 'idle')).toBeGreaterThan(20_000);
  const states = [...profile.samples.state].map((state) => SAMPLE_STATES[state]);
  expect([states[10], states[50], states[90]]).toEqual(['code', 'idle', 'code']);
});

test('a sample that reaches into a pause of ours ends where it begins', () => {
  const raw = { ...buildRawCpuProfile([['work@/app/src/a.js:1', 10]]), startTime: 0 };
  raw.timeDeltas[5] = 250_000;
  const from = raw.timeDeltas.slice(0, 5).reduce((sum, delta) => sum + delta, 0) + 8_000;
  const profile = decodeRaw(raw, undefined, [[from, from + 240_000]]);
  expect(Math.max(...profile.samples.micros)).toBeLessThan(10_000);
});

describe('malformed:', () => {
  const good = () => buildRawCpuProfile([[`${MAIN} > ${WORK}`, 3]]);
  const edited = (edit: (raw: ReturnType<typeof good>) => unknown) => {
    const raw = good();
    return edit(raw) ?? raw;
  };
  const cases: [string, () => unknown][] = [
    ['nothing', () => null],
    ['a number', () => 7],
    ['no nodes', () => ({ nodes: [] })],
    ['nodes that are no list', () => ({ nodes: { 0: 1 } })],
    ['a node that is null', () => ({ nodes: [null] })],
    ['a node without id', () => edited((raw) => void Object.assign(raw.nodes[1]!, { id: 'x' }))],
    ['an id of 1e300', () => edited((raw) => void Object.assign(raw.nodes[1]!, { id: 1e300 }))],
    ['two nodes with one id', () => edited((raw) => void raw.nodes.push({ ...raw.nodes[1]! }))],
    ['a node with two parents', () => edited((raw) => void raw.nodes[0]!.children!.push(3))],
    ['a child named twice', () => edited((raw) => void raw.nodes[0]!.children!.push(2))],
    [
      'a missing child',
      () =>
        edited((raw) => {
          Object.assign(raw.nodes[2]!, { children: [99] });
        }),
    ],
    ['a cycle through the root', () => edited((raw) => void Object.assign(raw.nodes[2]!, { children: [1] }))],
    [
      'a cycle beside the tree',
      () =>
        edited(
          (raw) =>
            void raw.nodes.push(
              { ...raw.nodes[1]!, id: 50, children: [51] },
              { ...raw.nodes[1]!, id: 51, children: [50] },
            ),
        ),
    ],
    [
      'a node that is its own child',
      () => edited((raw) => void Object.assign(raw.nodes[2]!, { children: [3] })),
    ],
    ['two roots', () => edited((raw) => void raw.nodes.push({ ...raw.nodes[1]!, id: 50, children: [] }))],
    ['a sample of an unknown node', () => edited((raw) => void raw.samples.splice(0, 1, 99))],
    [
      'a sample that is no number',
      () => edited((raw) => void Object.assign(raw.samples, { 0: { toString: 1 } })),
    ],
  ];
  test.each(cases)('%s is refused with a reason', (_, content) => {
    expect(() => decodeRaw(content())).toThrow(MalformedProfile);
    expect(() => decodeRaw(content())).toThrow(/.{10}/);
  });
});

describe('odd but usable:', () => {
  test.each([
    ['NaN', NaN],
    ['endless', Infinity],
    ['a text', '12'],
    ['null', null],
  ])('a time that is %s counts as none', (_, delta) => {
    const raw = buildRawCpuProfile([[MAIN, 3]]);
    const { durationMicros } = decodeRaw({ ...raw, timeDeltas: [0, delta, 1_000, 1_000] });
    expect(durationMicros).toBe(2_000);
  });

  test('huge times stay finite', () => {
    const raw = buildRawCpuProfile([[MAIN, 3]]);
    const profile = decodeRaw({ ...raw, timeDeltas: [0, 1e308, 1e308, 1e308] });
    expect(Number.isFinite(profile.durationMicros)).toBe(true);
  });

  test('more samples than times, or the reverse, uses what both have', () => {
    const raw = buildRawCpuProfile([[MAIN, 5]]);
    expect(decodeRaw({ ...raw, timeDeltas: raw.timeDeltas.slice(0, 3) }).samples.node).toHaveLength(3);
    expect(decodeRaw({ ...raw, samples: raw.samples.slice(0, 2) }).samples.node).toHaveLength(2);
  });

  test('call frames of the wrong types become unknown places', () => {
    const nodes = [{ id: 1, callFrame: 5 }];
    expect(decodeRaw({ nodes, samples: [1], timeDeltas: [0] }).nodes[0]!.frame).toMatchObject({
      functionName: '(anonymous)',
      file: null,
      line: null,
    });
  });
});

describe('a thread that sleeps in Atomics.wait', () => {
  const WORKER = '(anonymous)@node:internal/main/worker_thread:1';
  const slices = (outer: string): Slice[] => [
    [
      `${outer} > onMessage@/app/node_modules/piscina/dist/worker.js:90 > atomicsWaitLoop@/app/node_modules/piscina/dist/worker.js:105`,
      90,
    ],
    [`${outer} > ${WORK}`, 10],
  ];

  test('is idle where it is a worker', () => {
    const profile = buildCpuProfile(slices(WORKER));
    expect([timeIn(profile, 'code'), timeIn(profile, 'idle')]).toEqual([10_000, 90_000]);
  });

  test('holds the event loop where it is the main thread', () => {
    const profile = buildCpuProfile(slices(MAIN));
    expect([timeIn(profile, 'code'), timeIn(profile, 'idle')]).toEqual([100_000, 0]);
  });
});
