// What is said of a heap where no collection explains it: by classes, by the tree of dominators, by who allocated.
import { describe, expect, test } from 'vitest';
import { explainHeapGraphs } from '../../src/heap/explain-heap.ts';
import type { HeapReport } from '../../src/model/heap/heap-report.ts';
import { renderHeapText } from '../../src/report/heap/heap-text.ts';
import { drawProgram, drawSteps, explain } from '../support/heap-program.ts';
import { drawHeap, readSnapshotText, type SnapshotJson } from '../support/heap-snapshot-builder.ts';

const look = { colors: false, width: 300 };

function explainTexts(texts: readonly string[]): Promise<HeapReport> {
  const sources = texts.map((text, index) => ({
    path: `${index}.heapsnapshot`,
    read: async () => readSnapshotText(text),
  }));
  return explainHeapGraphs(sources, { top: 10, showStrings: false });
}

/** As Bun writes it: a Map has a storage, and nothing leads from there to the entries. */
function bunSnapshot(sessions: number): string {
  const heap = drawHeap();
  const storage = heap.node('hidden', 'Cell Butterfly', { bytes: 100 * sessions });
  const map = heap.node('object', 'Map', { bytes: 32 }).internal('', storage);
  const module = heap.node('object', 'ModuleRecord', { bytes: 300 }).property('sessions', map);
  heap.root.internal('', heap.node('object', 'GlobalObject', { bytes: 9_000 }).internal('', module));
  for (let i = 0; i < sessions; i += 1) heap.root.internal('', heap.node('object', 'Object', { bytes: 64 }));
  return heap.json();
}

describe('a snapshot of Bun', () => {
  test('says what became more by classes, and that entries cannot be counted', async () => {
    const report = await explainTexts([100, 200, 300].map(bunSnapshot));
    expect(report).toMatchObject({
      verdict: 'heap-grew',
      program: 'bun',
      growth: [],
      classGrowth: [
        { className: 'Cell Butterfly', counts: [1, 1, 1], shallowBytes: [10_000, 20_000, 30_000] },
        { className: 'Object', counts: [100, 200, 300] },
      ],
    });
    const text = renderHeapText(report, look);
    expect(text).toContain('THE HEAP GREW at every step of 3 snapshots');
    expect(text).toContain('whose engine writes no references from a Map');
    expect(text).toContain('Cell Butterfly: the engine itself -> .sessions');
    expect(text).not.toMatch(/V8|Node|\(root\)/);
  });

  test('that stays as it is grows nowhere', async () => {
    const report = await explainTexts([200, 200, 200].map(bunSnapshot));
    expect(report).toMatchObject({ verdict: 'no-growth', classGrowth: [] });
  });

  test('says what is big by the tree of dominators', async () => {
    const { collections } = await explainTexts([bunSnapshot(300)]);
    expect(collections).toMatchObject([
      { kind: 'other', className: 'Map', path: { steps: [{ name: 'sessions' }] } },
      { kind: 'alike', entries: 300, newest: [{ className: 'Object', count: 300 }] },
    ]);
  });
});

test('a heap that only breathes did not grow', async () => {
  const report = await explain(
    drawSteps(3, (program, step) => {
      const module = program.module('/app/a.js');
      module.variable('kept', program.instance('Big', {}, 1_000_000));
      for (let i = 0; i < 100 * (step + 1); i += 1)
        program.gcRoots.weak('cache', program.instance('Temporary', {}, 100));
    }),
  );
  expect(report).toMatchObject({ verdict: 'no-growth', classGrowth: [] });
});

test('compiled code is no thing of the program, however much there is of it', async () => {
  const report = await explain(
    drawSteps(1, (program) => {
      for (let i = 0; i < 200; i += 1)
        program.gcRoots.element(10 + i, program.node('code', 'handle', { bytes: 5_000 }));
    }),
  );
  expect(report.collections).toEqual([]);
  expect(renderHeapText(report, look)).toContain('No single thing keeps much of it.');
});

test('what the root holds is told by its parts, never as the root', async () => {
  const report = await explain(
    drawSteps(3, (program, step) => {
      for (let i = 0; i < 20 * (step + 1); i += 1)
        program.gcRoots.element(10 + i, program.instance('Watcher', {}, 500));
      for (let i = 0; i < 5; i += 1) program.gcRoots.element(500 + i, program.instance('Other', {}, 500));
    }),
  );
  expect(report.growth.filter(({ isMinor }) => !isMinor)).toMatchObject([
    { entries: [20, 40, 60], holders: 60, collection: { className: 'Watcher' } },
  ]);
  expect(renderHeapText(report, look)).toMatch(/^1\. Watcher .*and 59 like it grew by/m);
});

test('a native object that keeps most of a heap is named', async () => {
  const program = drawProgram();
  const parser = program.node('native', 'Node / HTTPParser', { bytes: 200 });
  for (let i = 0; i < 50; i += 1)
    parser.internal(`chunk${i}`, program.node('native', 'system / ArrayBufferData', { bytes: 1_000 }));
  program.gcRoots.element(9, parser);
  const { collections } = await explain([program]);
  expect(collections).toMatchObject([{ className: 'Node / HTTPParser', entries: 50, kind: 'alike' }]);
});

describe('an allocation timeline', () => {
  /** Entries were allocated by `remember`, called by `handle`, called by the tree's root. */
  function timeline(): SnapshotJson {
    const program = drawProgram();
    const entries = program.times(30, () => program.instance('Session'));
    program.module('/app/src/sessions.js').variable('sessions', program.map(entries));
    const json: SnapshotJson = JSON.parse(program.json());
    const width = json.snapshot.meta.node_fields.length;
    const traced = new Set(entries.map(({ ordinal }) => ordinal));
    json.nodes = Array.from({ length: json.nodes.length / width }, (_, node) => [
      ...json.nodes.slice(node * width, (node + 1) * width),
      traced.has(node) ? 3 : 0,
    ]).flat();
    json.edges = json.edges.map((value, index) => (index % 3 === 2 ? (value / width) * (width + 1) : value));
    json.locations = json.locations.map((value, index) =>
      index % 4 === 0 ? (value / width) * (width + 1) : value,
    );
    json.snapshot.meta.node_fields.push('trace_node_id');
    (json.snapshot.meta.node_types as unknown[]).push('number');
    json.snapshot.meta.trace_function_info_fields = [
      ...['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
    ];
    json.snapshot.trace_function_count = 3;
    const text = (value: string) => json.strings.push(value) - 1;
    const script = text('/app/src/sessions.js');
    json.trace_function_infos = [
      ...[0, text('(root)'), 0, 0, 0, 0],
      ...[1, text('handle'), script, 5, 30, 1],
      ...[2, text('remember'), script, 5, 18, 7],
    ];
    json.trace_tree = [1, 0, 0, 0, [2, 1, 0, 0, [3, 2, 30, 1_200, []]]];
    return json;
  }

  test('says who made what is in a collection', async () => {
    const report = await explainTexts([JSON.stringify(timeline())]);
    expect(report.collections[0]!.allocators).toMatchObject([
      { functionName: 'remember', count: 20, place: { script: '/app/src/sessions.js', line: 18, column: 7 } },
    ]);
    expect(renderHeapText(report, look)).toContain('Created by  20 x in remember (sessions.js:18)');
  });

  test.each([
    ['a tree that is none', (json: SnapshotJson) => ({ ...json, trace_tree: [1, [2]] })],
    ['a tree of words', (json: SnapshotJson) => ({ ...json, trace_tree: ['a'] })],
  ])('with %s is refused with one sentence', async (_, change) => {
    await expect(explainTexts([JSON.stringify(change(timeline()))])).rejects.toThrow(/allocation tree/);
  });

  test('whose tree goes round in circles is read to an end', async () => {
    const json = { ...timeline(), trace_tree: [3, 2, 0, 0, [3, 2, 0, 0, [3, 1, 0, 0, []]]] };
    const { collections } = await explainTexts([JSON.stringify(json)]);
    expect(collections[0]!.entries).toBe(30);
  });
});

test('types that the header of Node 4 to 8 leaves out are those of V8', () => {
  const symbol = 12;
  const program = drawHeap();
  program.global.property('key', program.node('symbol', 'key'));
  const json = program.snapshot();
  const types = json.snapshot.meta.node_types as string[][];
  types[0] = types[0]!.slice(0, symbol);
  const graph = readSnapshotText(JSON.stringify(json));
  expect([3].map((node) => graph.nodeTypeName(node))).toEqual(['symbol']);
});
