// What one thread is asked about its objects, answered by V8 itself: the probe is put into a small program.
import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openThread, type ThreadCapture } from '../../src/capture/thread/thread-capture.ts';
import { censusRead, closuresRead } from '../../src/signals/census/read.ts';
import { collectionsRead } from '../../src/signals/collections/read.ts';
import type { CapturedFile, SampleLine } from '../../src/signals/sink.ts';
import { snapshotRead } from '../../src/signals/snapshot/read.ts';
import { type InspectorSession, openSession } from '../../src/target/inspector/inspector-session.ts';
import { startNode, stopNode } from '../target/fake-proc.ts';

const PROGRAM = `
const inspector = require('node:inspector');
const sessions = new Map();
const makers = [];
function make(i) {
  return function piledUp() { return i; };
}
globalThis.grow = (count) => {
  for (let i = 0; i < count; i++) { sessions.set(sessions.size, {}); makers.push(make(i)); }
};
// Only the garbage collector would take it away.
globalThis.forget = () => { globalThis.lost = new WeakRef(globalThis.temporary); globalThis.temporary = null; };
globalThis.temporary = new Map();
globalThis.growTemporary = (count) => { for (let i = 0; i < count; i++) temporary.set(temporary.size, {}); };
inspector.open(0, '127.0.0.1');
console.log('READY ' + inspector.url());
setInterval(() => {}, 1e6);
//# sourceURL=/app/program.js`;
const LINE_OF_CLOSURE = PROGRAM.split('\n').findIndex((line) => line.includes('piledUp'));

const PROBE = {
  url: 'culprit:probe',
  leaseMillis: 20_000,
  closeInspector: false,
  asyncTypes: [],
  asyncInitsPerSecond: 1_000,
  asyncStacksPerSecond: 60,
  longestRestMillis: 1_000,
};

let child: ChildProcess;
let session: InspectorSession;
let thread: ThreadCapture;
let lines: SampleLine[];
let streamed: { file: CapturedFile; text: string };

beforeEach(async () => {
  lines = [];
  const program = await startNode(PROGRAM);
  child = program.child;
  session = await openSession(program.rest);
  const sink = {
    line: (line: SampleLine) => void lines.push(line),
    file: () => {},
    scripts: () => {},
    stream(file: CapturedFile) {
      streamed = { file, text: '' };
      return {
        write(chunk: string) {
          streamed.text += chunk;
        },
        end: async () => {},
        discard: async () => {},
      };
    },
  };
  thread = await openThread(session, sink, { id: 0, name: 'main', probe: PROBE });
});
afterEach(async () => {
  await thread.stop();
  await session.close();
  await stopNode(child);
});

const linesOf = <T extends SampleLine['type']>(type: T) =>
  lines.filter((line): line is Extract<SampleLine, { type: T }> => line.type === type);
const run = async (expression: string) => {
  const params = { expression, returnByValue: true };
  const { result } = await session.send<{ result: { value?: unknown; type: string } }>(
    'Runtime.evaluate',
    params,
  );
  return result;
};
const CLASS = /^function piledUp#\d+$/;
const classOf = async () => {
  const census = await thread.ask(censusRead, 1, 60_000);
  return census!.classes.find(([name]) => CLASS.test(name))!;
};

describe('one thread', () => {
  test('says what grew by an id that stays the same, and counts the functions of one place together', async () => {
    await run('grow(80)');
    expect(await classOf()).toEqual([expect.stringMatching(CLASS), 80]);
    await thread.ask(collectionsRead, 2, 0);
    const ids: number[] = [];
    for (const _turn of [1, 2, 3]) {
      await run('grow(500)');
      const { growing } = (await thread.ask(collectionsRead, 3, 0))!;
      const map = growing.find(({ type, sizes }) => type === 'Map' && sizes.at(-1)!.entries % 500 === 80)!;
      ids.push(map.id);
    }
    expect(new Set(ids).size).toBe(1);
    expect(linesOf('collections')).toHaveLength(4);
    expect(linesOf('census')).toHaveLength(1);
  });

  test('tells where the closures that accumulate begin', async () => {
    await run('grow(80)');
    const [name] = await classOf();
    await thread.ask(closuresRead, 3, [name, 'function goneByNow#1']);
    const [line] = linesOf('closures');
    expect(line).toEqual({
      type: 'closures',
      thread: 0,
      atMillis: 3,
      closures: [{ class: name, frame: [name, '/app/program.js', LINE_OF_CLOSURE, expect.any(Number)] }],
    });
  });

  test('takes a snapshot that says which of its nodes were seen growing', async () => {
    await run('grow(80)');
    await classOf();
    await thread.ask(collectionsRead, 2, 0);
    await run('grow(500)');
    const said = await thread.ask(snapshotRead, 3, 2);
    expect(said!.bytes).toBe(streamed.text.length);
    const path = 'main-2.heapsnapshot.gz';
    expect(streamed.file).toEqual({ kind: 'heap-snapshot', thread: 0, path, atMillis: 3 });
    const { nodes, snapshot } = JSON.parse(streamed.text);
    const at = snapshot.meta.node_fields.indexOf('id');
    const width = snapshot.meta.node_fields.length;
    const ids = new Set(nodes.filter((_: number, i: number) => i % width === at));
    const [taken] = linesOf('snapshot');
    expect(taken).toMatchObject({ path, atMillis: 3 });
    // The map and the array.
    expect(taken!.suspects.length).toBeGreaterThanOrEqual(2);
    for (const { node } of taken!.suspects) expect(ids).toContain(node);
  });

  test('keeps nothing alive that it was asked about', async () => {
    await run('growTemporary(80)');
    await classOf();
    await thread.ask(collectionsRead, 2, 0);
    await run('growTemporary(5000)');
    await thread.ask(collectionsRead, 3, 0);
    expect((await thread.probe!.askEach('growingObjects', [], async (id) => id)).length).toBeGreaterThan(0);
    await run('forget()');
    await session.send('HeapProfiler.enable');
    await session.send('HeapProfiler.collectGarbage');
    expect((await run('lost.deref()')).type).toBe('undefined');
  });
});
