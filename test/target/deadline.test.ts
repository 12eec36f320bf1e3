// One deadline over all of attaching, and one process at a time that opens a port.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startDeadline, withDeadline } from '../../src/target/holding/deadline.ts';
import { takePortTurn } from '../../src/target/holding/port-turn.ts';
import { fakeSession } from '../support/fake-session.ts';

const MESSAGE = 'Attaching to process 42 did not finish within 25 s: it answers too slowly.';

describe('the deadline of attaching', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('ends the command that waits, and refuses all that come after', async () => {
    const slow = fakeSession({ 'Profiler.start': () => new Promise(() => {}) });
    const deadline = startDeadline('process 42');
    const session = withDeadline(slow, deadline);
    await session.send('Profiler.enable');
    const waiting = expect(session.send('Profiler.start')).rejects.toThrow(MESSAGE);
    vi.advanceTimersByTime(24_999);
    expect(deadline).toMatchObject({ isOver: false, leftMillis: 1 });
    vi.advanceTimersByTime(1);
    await waiting;
    expect(deadline).toMatchObject({ isOver: true, leftMillis: 0 });
    await expect(session.send('Profiler.stop')).rejects.toThrow(MESSAGE);
    expect(slow.sent.map(([method]) => method)).toEqual(['Profiler.enable', 'Profiler.start']);
  });

  test('is gone once attaching is done', async () => {
    const answering = fakeSession();
    const deadline = startDeadline('process 42');
    const session = withDeadline(answering, deadline);
    deadline.lift();
    vi.advanceTimersByTime(100_000);
    await session.send('Profiler.stop');
    expect(deadline).toMatchObject({ isOver: false, leftMillis: Number.POSITIVE_INFINITY });
    answering.die();
    expect(session.isClosed).toBe(true);
    await session.closed;
  });
});

describe('a turn for a port', () => {
  const PORT = 61_234;

  test('is had by one at a time', async () => {
    const order: string[] = [];
    const end = await takePortTurn(PORT, 10_000);
    const next = takePortTurn(PORT, 10_000).then((endNext) => {
      order.push('next');
      endNext();
    });
    // Another port is free meanwhile.
    (await takePortTurn(PORT + 1, 10_000))();
    order.push('ended');
    end();
    await next;
    expect(order).toEqual(['ended', 'next']);
  });

  test('is not waited for longer than said', async () => {
    const end = await takePortTurn(PORT, 0);
    (await takePortTurn(PORT, 0))();
    end();
  });
});
