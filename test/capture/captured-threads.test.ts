// Workers that never turn their event loop, as those of pools that wait for a task, cost a capture one short wait in all.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CapturedThreads } from '../../src/capture/thread/captured-threads.ts';
import type { Attachment } from '../../src/target/attach.ts';
import { fakeContext } from '../support/fake-capture.ts';
import { type FakeSession, fakeSession } from '../support/fake-session.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Command {
  id: number;
  method: string;
  params: { functionDeclaration?: string };
}

/** Workers that answer what they are asked, but for what needs a turn; the main thread answers everything. */
async function withWorkers(count: number) {
  const asked: [worker: string, what: string][] = [];
  const answer = (session: FakeSession, sessionId: string, { id, method, params }: Command) => {
    const code = params.functionDeclaration ?? '';
    if (method !== 'Runtime.callFunctionOn') return void reply(session, sessionId, id, { objectId: 'probe' });
    asked.push([sessionId, /this\.(\w+)/.exec(code)![1]!]);
    if (!code.includes('inTurn')) reply(session, sessionId, id, { value: 0 });
  };
  const reply = (session: FakeSession, sessionId: string, id: number, result: object) => {
    const message = JSON.stringify({ id, result: { result } });
    setTimeout(() => session.emit('NodeWorker.receivedMessageFromWorker', { sessionId, message }), 45);
  };
  const session = fakeSession({
    'Runtime.evaluate': () => ({ result: { objectId: 'probe' } }),
    'Runtime.callFunctionOn': () => ({ result: { value: 0 } }),
    'NodeWorker.sendMessageToWorker': (params, own) => {
      const { sessionId, message } = params as { sessionId: string; message: string };
      answer(own, sessionId, JSON.parse(message));
    },
  });
  const attachment = { session, openedByUs: true, leaseInPlace() {} } as Partial<Attachment> as Attachment;
  const threads = new CapturedThreads(attachment, fakeContext([]));
  await threads.openMain();
  await threads.followWorkers();
  for (let id = 1; id <= count; id++) {
    const workerInfo = { workerId: String(id), title: 'Worker', url: 'file:///app/job.js' };
    session.emit('NodeWorker.attachedToWorker', { sessionId: `worker ${id}`, workerInfo });
  }
  await vi.advanceTimersByTimeAsync(2_000);
  asked.length = 0;
  return { threads, asked };
}

/** Milliseconds until it is done. */
async function took(work: Promise<unknown>): Promise<number> {
  const from = Date.now();
  let millis = Number.NaN;
  void work.then(() => {
    millis = Date.now() - from;
  });
  await vi.advanceTimersByTimeAsync(10_000);
  return millis;
}

test('workers are found held when they are opened, and are not waited for again', async () => {
  const { threads, asked } = await withWorkers(16);
  expect(threads.all.map(({ id }) => id)).toHaveLength(17);
  expect(threads.all.slice(1).every(({ probe }) => probe!.isHeld)).toBe(true);
  const search = threads.forEach(async ({ id, probe }) => {
    if (id !== 0) expect(await probe!.call('findPools', 100, true)).toBeNull();
  });
  expect(await took(search)).toBe(0);
  expect(await took(threads.findHeld())).toBe(0);
  expect(asked).toEqual([]);
});

test('short questions go to all workers at once, others to one after the other', async () => {
  const { threads, asked } = await withWorkers(3);
  const beat = async ({ probe }: (typeof threads.all)[number]) => void (await probe!.call('beat'));
  expect(await took(threads.askAll(beat))).toBe(45);
  expect(asked).toEqual([1, 2, 3].map((id) => [`worker ${id}`, 'beat']));
  expect(await took(threads.forEach(beat))).toBe(3 * 45);
});

test('a worker that fails is left out from then on, and the others are not', async () => {
  const { threads } = await withWorkers(3);
  await took(
    threads.askAll(async ({ id }) => {
      if (id === 2) throw new Error('The worker thread has ended.');
    }),
  );
  expect(threads.all.map(({ id }) => id)).toEqual([0, 1, 3]);
});
