// Memory outside of the heap that no buffer of the program is: that of WebAssembly code, and bytes that only native code holds.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { CollectionGrowth } from '../../src/model/memory/collection.ts';
import {
  buildLook,
  change,
  collection,
  cpu,
  external,
  type Habit,
  heapFloor,
  KB,
  MB,
  native,
  worker,
} from '../support/build-observations.ts';
import { linear, type Shape } from '../support/shapes.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits))).findings;

describe('the memory of WebAssembly code', () => {
  const APP = 'evaluate@/app/src/rules.js:13';
  const CALL = 'newContext@/app/node_modules/sandbox/index.js:30';
  /** KiB, in pages. */
  const inPages: Shape = (t) => 34_112 + 64 * Math.floor(t * 22);
  const view = (name: string, sizes = inPages): Habit =>
    collection(sizes, null, {
      type: 'Buffer',
      className: 'Buffer',
      newestEntry: '',
      holder: { kind: 'property', name, of: 'Object' },
    } satisfies Partial<CollectionGrowth>);
  const running = cpu([
    ['(idle)', 8],
    [`${APP} > ${CALL} > wasm-function[3]@wasm://wasm/00a1:1`, 2],
  ]);
  const outside = external(linear(1.4 * MB));
  const objects = collection(linear(24), `evaluate@/app/src/rules.js:14 > ${CALL}`, {
    newestEntry: 'Callbacks',
    holderName: 'this.callbacks',
  });

  test('is told once, however many views there are of it, with the line of the program that calls', () => {
    const [finding, ...others] = findingsOf(
      outside,
      view('HEAP8'),
      view('HEAP16'),
      view('HEAPU8'),
      running,
      objects,
    );
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'external-memory-leak',
      title: expect.stringMatching(
        /^The memory of WebAssembly code grows by 1\.4 MB\/s \(src\/rules\.js:14, evaluate, through sandbox /,
      ),
      subject: { file: 'src/rules.js', line: 14 },
      advice: [
        expect.stringMatching(
          /^The garbage collector does not free WebAssembly memory: release what sandbox returned/,
        ),
      ],
    });
    expect(finding!.evidence.map(({ statement }) => statement)).toEqual([
      expect.stringMatching(/^external memory after a full GC rose /),
      expect.stringMatching(/^`HEAP8`, the memory of WebAssembly code, went from [\d.]+ MB to [\d.]+ MB$/),
      expect.stringMatching(
        /^100% of the time of WebAssembly code is spent under src\/rules\.js:13, evaluate, /,
      ),
    ]);
  });

  test('is known by its views alone where it was not seen running, without a place', () => {
    const [finding] = findingsOf(outside, view('HEAP8'), view('HEAP16'), view('HEAPU8'));
    expect(finding).toMatchObject({ title: 'The memory of WebAssembly code grows by 1.4 MB/s' });
  });

  describe('that nothing was seen to lead to', () => {
    const ofWorker = (habit: Habit): Habit[] => [
      worker(1, 'rules'),
      external(linear(1.4 * MB), 1),
      change(({ runtime }) => {
        for (const sample of runtime) sample.arrayBuffersBytes = 80 * KB;
      }),
      habit,
      change(({ cpuProfiles }) => {
        for (const profile of cpuProfiles) profile.thread = 1;
      }),
    ];

    test('is told where memory that no array buffer is grows in the thread in which such code runs', () => {
      const [finding, ...others] = findingsOf(...ofWorker(running));
      expect(others).toEqual([]);
      expect(finding).toMatchObject({
        kind: 'external-memory-leak',
        title: expect.stringMatching(
          /^The memory of WebAssembly code grows by 1\.4 MB\/s \(src\/rules\.js:13, evaluate, through sandbox /,
        ),
        subject: { thread: 1, file: 'src/rules.js', line: 13 },
        caveats: [expect.stringMatching(/^culprit infers that it is the memory of WebAssembly code/)],
      });
      expect(finding!.evidence.map(({ statement }) => statement)).toEqual([
        expect.stringMatching(/^external memory of worker thread 1 after a full GC rose /),
        'array buffers, which do not include WebAssembly memory, are only 80 KB of it',
        expect.stringMatching(/^100% of the time of WebAssembly code is spent under /),
      ]);
    });

    test('is not where that thread runs none of it', () => {
      const [finding] = findingsOf(...ofWorker(cpu([['(idle)', 10]])));
      expect(finding!.title).toBe('Buffers outside the heap grow by 1.4 MB/s');
      expect(finding!.subject.thread).toBe(1);
    });

    test('is not where array buffers grow as fast', () => {
      const buffers = change(({ runtime }) => {
        for (const sample of runtime)
          sample.arrayBuffersBytes = 80 * KB + 1.4 * MB * (sample.atMillis / 1_000);
      });
      const [finding] = findingsOf(...ofWorker(running), buffers);
      expect(finding!.title).toMatch(/^Buffers outside the heap grow by 1\.4 MB\/s/);
    });
  });

  test('of a worker thread that stays is no growth of native memory', () => {
    expect(
      findingsOf(
        worker(1, 'rules'),
        external((t) => (t < 5 ? 0 : 40 * MB), 1),
      ),
    ).toEqual([]);
  });

  const plain: [string, Habit[]][] = [
    ['one that grows by parts of a page', [view('pending', (t) => 34_112 + Math.floor(t * 1_400)), running]],
    ['a single one in pages, where no WebAssembly code was seen', [view('pending')]],
    [
      "one in pages, where only Node's own WebAssembly code was seen",
      [
        view('pending'),
        cpu([
          ['(idle)', 8],
          ['emit@node:events:5 > parse@node:internal/deps/undici/undici:70 > f@wasm://wasm/00a1:1', 2],
        ]),
      ],
    ],
  ];
  test.each(plain)('is not %s', (_what, habits) => {
    const [finding] = findingsOf(outside, ...habits);
    expect(finding!.title).toBe(
      'Buffers outside the heap grow by 1.4 MB/s: the buffer `pending` keeps growing',
    );
  });
});

describe('bytes of buffers that no object of JavaScript has', () => {
  const arrayBuffers = (shape: Shape): Habit =>
    change(({ runtime }) => {
      for (const sample of runtime) sample.arrayBuffersBytes = 2 * MB + shape(sample.atMillis / 1_000);
    });
  const BLOB = 'next@node:internal/deps/undici/undici:6891 > stream@node:internal/blob:319';
  const FETCH = 'archive@/app/src/scans.js:10 > fetch2@node:internal/deps/undici/undici:12976';
  const growing = [native(linear(1.7 * MB)), arrayBuffers(linear(1.7 * MB))];
  const on = (nodeVersion: string): Habit =>
    change(({ target }) => {
      target.nodeVersion = nodeVersion;
    });

  test('are told as that, with what stays on the heap along with them and who asks for it', () => {
    const [finding, ...others] = findingsOf(
      ...growing,
      heapFloor(linear(120 * KB), BLOB),
      heapFloor(linear(20 * KB), FETCH),
      on('v24.17.0'),
    );
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'native-memory-growth',
      title: 'Bytes of buffers that only native code still holds grow by 1.7 MB/s (src/scans.js:10, archive)',
      advice: [
        expect.stringMatching(
          /^Node\.js 24\.16 to 24\.18 keep forever the bytes of each Blob whose stream\(\) was read/,
        ),
        expect.stringMatching(/^No object of the program holds these bytes/),
      ],
    });
    expect(finding!.evidence.map(({ statement }) => statement).join('\n')).toMatch(
      /Blobs and the streams that read them accumulate on the heap along with them, for src\/scans\.js:10, archive/,
    );
  });

  test('are no defect of a Node.js that is not known to have it', () => {
    const [finding] = findingsOf(...growing, heapFloor(linear(120 * KB), BLOB), on('v24.22.3'));
    expect(finding!.advice).toEqual([expect.stringMatching(/^No object of the program holds these bytes/)]);
  });

  const harmless: [string, Habit[]][] = [
    ['they stay as many', [native(linear(1.7 * MB)), arrayBuffers(() => 60 * MB)]],
    ['objects have them', [external(linear(1.7 * MB)), arrayBuffers(linear(1.7 * MB))]],
    ['resident memory does not follow', [arrayBuffers(linear(1.7 * MB))]],
  ];
  test.each(harmless)('are not told where %s', (_why, habits) => {
    expect(
      findingsOf(...habits)
        .map(({ title }) => title)
        .join(),
    ).not.toMatch(/only native code/);
  });
});
