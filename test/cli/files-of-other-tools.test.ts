// Commands on profiles of other tools: comparing runs of a script and heaps, drawing heaps, refusing what holds nothing.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { compareFiles } from '../../src/cli/work/compare.ts';
import { flame } from '../../src/cli/work/flame.ts';
import { explainSnapshots } from '../../src/cli/work/heap.ts';
import { diagnose } from '../../src/diagnose.ts';
import type { Comparison } from '../../src/model/comparison/comparison.ts';
import { readAnything } from '../../src/recording/foreign.ts';
import { renderText } from '../../src/report/text/text.ts';
import { buildRawCpuProfile, buildRawHeapProfile, type Slice } from '../support/build-profile.ts';
import { useTempFolder } from '../support/build-recording.ts';

const temp = useTempFolder();

beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => vi.restoreAllMocks());

/** A folder with one file for each of the contents. */
function side(name: string, contents: object[], extension = 'cpuprofile'): string {
  const dir = join(temp(), name);
  mkdirSync(dir);
  contents.forEach((content, i) => {
    writeFileSync(join(dir, `${i}.${extension}`), JSON.stringify(content));
  });
  return dir;
}

async function compared(base: string, head: string, failOn: string[] = []) {
  const json = join(temp(), 'comparison.json');
  const exit = await compareFiles([base, head], { json, failOn } as Parameters<typeof compareFiles>[1]);
  return { exit, comparison: JSON.parse(readFileSync(json, 'utf8')) as Comparison };
}

/** Five runs of a build; each is a little longer than the one before. */
const runs = (rank: number, emit: number) =>
  [0, 1, 2, 3, 4].map((more) => {
    const slices: Slice[] = [
      ['main@/app/build.js:1 > rank@/app/rank.js:4', rank + more],
      ['main@/app/build.js:1 > emit@/app/emit.js:7', emit + more],
    ];
    return buildRawCpuProfile(slices);
  });

const heaps = (remembered: number) =>
  [0, 1, 2, 3, 4].map((more) =>
    buildRawHeapProfile([
      ['serve@/app/server.js:10', 2_000_000],
      ['serve@/app/server.js:10 > remember@/app/sessions.js:18', remembered + more * 1_000],
    ]),
  );

describe('a script is compared by what a run costs:', () => {
  test('one function that needs more is named, and fails the gate', async () => {
    const { exit, comparison } = await compared(side('b', runs(400, 400)), side('h', runs(640, 400)), [
      'cpu.total>5%',
    ]);
    expect(comparison).toMatchObject({
      verdict: 'different',
      direction: 'worse',
      per: 'run',
      culprit: { function: 'rank' },
    });
    expect(comparison.metrics[0]).toMatchObject({ name: 'cpu.total', unit: 'µs/run' });
    expect(comparison.metrics[0]!.change).toBeCloseTo(0.3, 2);
    expect(exit).toBe(1);
  });

  test('a slower machine is different, and no function’s fault', async () => {
    const { comparison } = await compared(side('b', runs(400, 400)), side('h', runs(520, 520)));
    expect(comparison).toMatchObject({ verdict: 'different', direction: 'worse', culprit: null });
    expect(comparison.verdictReason).toContain('All functions changed in proportion');
  });

  test('the same is the same', async () => {
    const { exit, comparison } = await compared(side('b', runs(400, 400)), side('h', runs(400, 400)), [
      'cpu.total>5%',
    ]);
    expect(comparison).toMatchObject({ verdict: 'same', per: 'run' });
    expect(exit).toBe(0);
  });

  test('a server beside it is compared by the second, and its load is not judged', async () => {
    const serving = [0, 1, 2].map((more) =>
      buildRawCpuProfile(
        Array.from({ length: 40 + more }, (): Slice[] => [
          ['main@/app/build.js:1 > rank@/app/rank.js:4', 10],
          ['(idle)', 10],
        ]).flat(),
      ),
    );
    const { comparison } = await compared(side('b', runs(400, 400)), side('h', serving));
    expect(comparison.per).toBe('second');
  });
});

describe('heap profiles are compared by live bytes:', () => {
  test('what keeps more is named by function, and fails the gates', async () => {
    const { exit, comparison } = await compared(
      side('b', heaps(22e6), 'heapprofile'),
      side('h', heaps(44e6), 'heapprofile'),
      ['heap.live>5%'],
    );
    expect(comparison).toMatchObject({
      verdict: 'different',
      costs: 'live-bytes',
      culprit: { function: 'remember' },
    });
    expect(comparison.verdictReason).toMatch(
      /^Head keeps 92% .* more bytes alive\. remember .* keeps 92% more of all live bytes\.$/,
    );
    expect(exit).toBe(1);
  });

  test('the same is the same', async () => {
    const { exit, comparison } = await compared(
      side('b', heaps(22e6), 'heapprofile'),
      side('h', heaps(22e6), 'heapprofile'),
      ['any'],
    );
    expect(comparison.verdict).toBe('same');
    expect(exit).toBe(0);
  });
});

test('time and memory have nothing in common: nothing was compared, no gate passes, exit 3', async () => {
  const { exit, comparison } = await compared(
    side('b', runs(400, 400)),
    side('h', heaps(22e6), 'heapprofile'),
    ['any'],
  );
  expect(comparison).toMatchObject({
    verdict: 'unsure',
    functions: [],
    gates: { outcome: 'unsure', passed: false },
  });
  expect(comparison.verdictReason).toBe('Nothing was compared: no metric was measured on both sides.');
  expect(exit).toBe(3);
});

describe('flame draws', () => {
  const drawn = async (content: object, more: { heap?: boolean } = {}) => {
    const dir = temp();
    const [path, out] = [join(dir, 'x.json'), join(dir, 'x.txt')];
    writeFileSync(path, JSON.stringify(content));
    await flame([path], { renderer: 'collapsed', out, ...more });
    return readFileSync(out, 'utf8');
  };

  test('live bytes of a heap profile', async () => {
    expect(await drawn(heaps(22e6)[0]!)).toBe(
      'serve (/app/server.js:10) 2000000\nserve (/app/server.js:10);remember (/app/sessions.js:18) 22000000\n',
    );
  });

  test('them in bytes for speedscope', async () => {
    const dir = temp();
    const [path, out] = [join(dir, 'x.heapprofile'), join(dir, 'x.json')];
    writeFileSync(path, JSON.stringify(heaps(22e6)[0]));
    await flame([path], { renderer: 'speedscope-json', out });
    const { profiles } = JSON.parse(readFileSync(out, 'utf8'));
    expect(profiles).toMatchObject([
      { unit: 'bytes', endValue: 24_000_000, weights: [2_000_000, 22_000_000] },
    ]);
  });

  test('a profile of counts', async () => {
    const {
      samples: _,
      timeDeltas: __,
      ...counts
    } = buildRawCpuProfile([
      ['f@/app/a.js:1', 999],
      ['(idle)', 50],
    ]);
    expect(await drawn({ ...counts, endTime: 0 })).toContain('f (/app/a.js:1) 999000\n');
  });

  test.each<[string, object]>([
    ['no samples', buildRawCpuProfile([])],
    ['idle time only', { ...buildRawCpuProfile([['(idle)', 100]]) }],
    ['no bytes', buildRawHeapProfile([])],
  ])('nothing of %s, and says so', async (_, content) => {
    await expect(drawn(content)).rejects.toThrow(/nothing to draw/);
  });
});

test('heap says what a file is that is no snapshot, and which command reads it', async () => {
  const path = join(temp(), 'x.heapsnapshot-or-so');
  writeFileSync(path, JSON.stringify(buildRawCpuProfile([['f@/app/a.js:1', 50]])));
  await expect(explainSnapshots([path], { top: '10', quiet: true })).rejects.toThrow(
    `${path} is a CPU profile, not a heap snapshot.`,
  );
});

test('of a diagnostic report it is said what it holds, and when more heap does not help', async () => {
  const path = join(temp(), 'report.json');
  const spaces = {
    old_space: { used: 2e6 },
    large_object_space: { used: 2_090e6 },
    new_large_object_space: { used: 800e6 },
  };
  writeFileSync(
    path,
    JSON.stringify({
      header: {
        event: 'Allocation failed - JavaScript heap out of memory',
        trigger: 'FatalError',
        processId: 7,
      },
      javascriptHeap: { usedMemory: 2_900e6, memoryLimit: 8_600e6, heapSpaces: spaces },
      javascriptStack: { message: 'No stack.', stack: ['Unavailable.'] },
      libuv: [{ type: 'tcp' }, { type: 'tcp' }, { type: 'timer' }, { type: 'loop' }],
      userLimits: { open_files: { soft: 1_024, hard: 'unlimited' } },
    }),
  );
  const report = diagnose(await readAnything(path));
  expect(report.contents).toMatchObject({
    heapSpaces: [{ name: 'large_object_space' }, { name: 'new_large_object_space' }, { name: 'old_space' }],
    handles: [
      { type: 'tcp', count: 2 },
      { type: 'timer', count: 1 },
    ],
    limits: [{ name: 'open_files', soft: '1024', hard: 'unlimited' }],
  });
  expect(report.contents!.signs.join()).toMatch(
    /34% of the limit .* one array, string, Buffer, Map or Set .* higher heap limit helps for a while at most/,
  );
  expect(renderText(report, { colors: false, width: 100 })).toMatch(
    /^WHAT THE REPORT HOLDS\n {3}Written {5}Allocation failed/,
  );
});
