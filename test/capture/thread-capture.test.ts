// What one thread is asked about its objects, answered by V8 itself: the probe is put into the process that runs the
// test.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CapturedFile, SampleLine } from '../../src/capture/sink.ts';
import { openThread, type ThreadCapture } from '../../src/capture/thread-capture.ts';
import type { InspectorSession } from '../../src/target/inspector-session.ts';
import { openOwnSession } from '../support/fake-session.ts';

const PROBE = {
  url: 'culprit:probe',
  leaseMillis: 10_000,
  closeInspector: false,
  asyncTypes: [],
  asyncInitsPerSecond: 1_000,
  longestRestMillis: 1_000,
};

let session: InspectorSession;
let thread: ThreadCapture;
let lines: SampleLine[];
let streamed: { file: CapturedFile; chunks: number; end: string };

beforeEach(async () => {
  lines = [];
  session = openOwnSession();
  const sink = {
    line: (line: SampleLine) => void lines.push(line),
    file: () => {},
    stream(file: CapturedFile) {
      streamed = { file, chunks: 0, end: '' };
      return {
        write(chunk: string) {
          streamed.chunks++;
          streamed.end = chunk;
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
});

const linesOf = <T extends SampleLine['type']>(type: T) =>
  lines.filter((line): line is Extract<SampleLine, { type: T }> => line.type === type);

// One factory that is called again and again: what piles up is its closures.
const makers: (() => number)[] = [];
function makePileUpOfTest(i: number) {
  return function piledUpOfTest() {
    return i;
  };
}

describe('one thread', () => {
  test('says what grew by an id that stays the same, and its census counts each function by itself', async () => {
    const sessions = new Map<number, object>();
    for (let i = 0; i < 80; i++) sessions.set(i, {});
    for (let i = 0; i < 60; i++) makers.push(makePileUpOfTest(i));
    const census = await thread.takeCensus(1, 60_000);
    expect(census!.cut).toBe(false);
    const name = census!.classes.find(([className]) => /piledUpOfTest/.test(className));
    expect(name).toEqual([expect.stringMatching(/^function piledUpOfTest#\d+$/), 60]);
    await thread.readCollections(2, 0);
    for (let i = 80; i < 4_080; i++) sessions.set(i, {});
    const first = await thread.readCollections(3, 0);
    for (let i = 4_080; i < 8_080; i++) sessions.set(i, {});
    const second = await thread.readCollections(4, 0);
    const idOf = (read: typeof first) =>
      read!.growing.find(({ type, sizes }) => type === 'Map' && sizes[0]!.entries === 80)!.id;
    expect(idOf(second)).toBe(idOf(first));
    expect(linesOf('collections')).toHaveLength(3);
  });

  test('tells where the closures that pile up begin', async () => {
    for (let i = 0; i < 60; i++) makers.push(makePileUpOfTest(i));
    const census = await thread.takeCensus(1, 60_000);
    const [name] = census!.classes.find(([className]) => /piledUpOfTest/.test(className))!;
    // Which script has which name is known from then on.
    await thread.watchCompilations(2, 10);
    await thread.locateClosures(3, [name, 'function goneByNow#1']);
    const [{ closures }] = linesOf('closures') as [Extract<SampleLine, { type: 'closures' }>];
    expect(closures).toHaveLength(1);
    const [, url, line, column] = closures[0]!.frame as [string, string, number, number];
    expect(closures[0]!.class).toBe(name);
    expect(url).toContain('thread-capture.test');
    // What runs is what vitest made of this file, so that the line is another.
    expect([line > 0, column > 0]).toEqual([true, true]);
  });

  test('without the names of scripts places no closure, and says so by an empty line', async () => {
    for (let i = 0; i < 60; i++) makers.push(makePileUpOfTest(i));
    const census = await thread.takeCensus(1, 60_000);
    const [name] = census!.classes.find(([className]) => /piledUpOfTest/.test(className))!;
    await thread.locateClosures(2, [name]);
    expect(linesOf('closures')).toEqual([{ type: 'closures', thread: 0, atMillis: 2, closures: [] }]);
  });

  test('takes a snapshot that says which of its nodes was seen growing', async () => {
    const sessions = new Map<number, object>();
    for (let i = 0; i < 80; i++) sessions.set(i, {});
    await thread.takeCensus(1, 60_000);
    await thread.readCollections(2, 0);
    for (let i = 80; i < 9_080; i++) sessions.set(i, {});
    const said = await thread.takeSnapshot(3, 2);
    expect(said).toMatch(/^A heap snapshot was taken: \d+\.\d MB, a pause of \d+\.\d s\. It holds strings/);
    expect(streamed.file).toEqual({
      kind: 'heap-snapshot',
      thread: 0,
      path: 'main-2.heapsnapshot.gz',
      atMillis: 3,
    });
    expect(streamed.chunks).toBeGreaterThan(10);
    expect(streamed.end.trimEnd().endsWith('}')).toBe(true);
    const [snapshot] = linesOf('snapshot');
    expect(snapshot).toMatchObject({ path: 'main-2.heapsnapshot.gz', atMillis: 3 });
    expect(snapshot!.suspects.length).toBeGreaterThan(0);
    for (const { collection, node } of snapshot!.suspects) {
      expect(Number.isSafeInteger(node)).toBe(true);
      expect(typeof collection).toBe('number');
    }
  });

  test('keeps no object of the program alive after it was asked about it', async () => {
    const refs: WeakRef<object>[] = [];
    let cache: Map<number, object> | null = new Map();
    for (let i = 0; i < 80; i++) cache.set(i, {});
    await thread.takeCensus(1, 60_000);
    await thread.readCollections(2, 0);
    for (let i = 80; i < 9_080; i++) cache.set(i, {});
    await thread.readCollections(3, 0);
    await thread.probe!.growingObjectIds();
    refs.push(new WeakRef(cache));
    cache = null;
    await new Promise(setImmediate);
    await session.send('HeapProfiler.collectGarbage');
    await new Promise(setImmediate);
    await session.send('HeapProfiler.collectGarbage');
    expect(refs[0]!.deref()).toBeUndefined();
  });
});
