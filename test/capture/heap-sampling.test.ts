// V8 has one heap sampler for an isolate: one that the program runs is read, and runs on.
import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openThread, type ThreadCapture } from '../../src/capture/thread/thread-capture.ts';
import type { CapturedFile } from '../../src/signals/sink.ts';
import { type InspectorSession, openSession } from '../../src/target/inspector/inspector-session.ts';
import { startNode, stopNode } from '../target/fake-proc.ts';

const PROGRAM = `
const inspector = require('node:inspector');
const kept = [];
setInterval(function keep() { for (let i = 0; i < 500; i++) kept.push({ i, text: 'entry ' + i }); }, 5);
inspector.open(0, '127.0.0.1');
const own = new inspector.Session();
own.connect();
const ask = (method, params) => { let said; own.post(method, params, (error) => { said = error ? error.message : 'answered'; }); return said; };
globalThis.sample = () => ask('HeapProfiler.startSampling', { samplingInterval: 16384 });
globalThis.isSampled = () => ask('HeapProfiler.getSamplingProfile') === 'answered';
console.log('READY ' + inspector.url());
`;

let child: ChildProcess;
let session: InspectorSession;
let thread: ThreadCapture;
let files: CapturedFile[];

beforeEach(async () => {
  files = [];
  const program = await startNode(PROGRAM);
  child = program.child;
  session = await openSession(program.rest);
  const sink = {
    line: () => {},
    file: (file: CapturedFile) => void files.push(file),
    scripts: () => {},
    stream: () => ({ write: () => {}, end: async () => {}, discard: async () => {} }),
  };
  const probe = {
    url: 'culprit:probe',
    leaseMillis: 20_000,
    closeInspector: false,
    asyncTypes: [],
    asyncInitsPerSecond: 1_000,
    asyncStacksPerSecond: 60,
    longestRestMillis: 1_000,
  };
  thread = await openThread(session, sink, { id: 0, name: 'main', probe });
});
afterEach(async () => {
  await session.close();
  await stopNode(child);
});

const run = async (expression: string) =>
  (
    await session.send<{ result: { value?: unknown } }>('Runtime.evaluate', {
      expression,
      returnByValue: true,
    })
  ).result.value;

describe('a program that samples its heap', () => {
  beforeEach(async () => {
    expect(await run('sample()')).toBe('answered');
  });

  test('is read and goes on sampling', async () => {
    await thread.heap.start(32_768);
    expect(thread.heap).toMatchObject({
      isOn: true,
      isForeign: true,
      intervalBytes: Number.POSITIVE_INFINITY,
    });
    await thread.heap.read(5);
    expect(files.map(({ kind, atMillis }) => ({ kind, atMillis }))).toEqual([
      { kind: 'heap-profile', atMillis: 5 },
    ]);
    await thread.heap.stop();
    expect(thread.heap.isOn).toBe(false);
    expect(await run('isSampled()')).toBe(true);
    await thread.stop();
    expect(await run('isSampled()')).toBe(true);
  });

  test('is not asked for what it allocates, and goes on sampling', async () => {
    await thread.heap.startAllocations(65_536);
    await thread.heap.stopAllocations(5);
    await thread.stop();
    expect(thread.heap.isForeign).toBe(true);
    expect(files).toEqual([]);
    expect(await run('isSampled()')).toBe(true);
  });
});

test('a program that does not sample is sampled by us, and not any more at the end', async () => {
  await thread.heap.start(32_768);
  expect(thread.heap).toMatchObject({ isOn: true, isForeign: false, intervalBytes: 32_768 });
  expect(await run('isSampled()')).toBe(true);
  await thread.heap.stop();
  expect(await run('isSampled()')).toBe(false);
  await thread.heap.startAllocations(65_536);
  await thread.heap.stopAllocations(5);
  expect(files.map(({ kind }) => kind)).toEqual(['allocation-profile']);
  expect(await run('isSampled()')).toBe(false);
});
