// Many collections that are held alike: what they hold together is told where they are too many to be told one by one.
import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { useProbes, walkWith } from '../support/probe-here.ts';

const install = useProbes();
const held = new Set<(...args: unknown[]) => unknown>();
const hold = (listener: (...args: unknown[]) => unknown) => {
  process.on('SIGUSR2', listener);
  held.add(listener);
};
afterEach(() => {
  for (const listener of held) process.off('SIGUSR2', listener);
  held.clear();
});

class RoomForTest {
  readonly messagesForTest = Array.from({ length: 20 }, (_, i) => ({ id: i, text: 'x' }));
}
const roomsOf = (count: number) => Array.from({ length: count }, () => new RoomForTest());

describe('collections that are held alike', () => {
  it('are told together, with who adds to some of them', () => {
    const rooms = roomsOf(60);
    hold(() => rooms);
    const probe = install();
    walkWith(probe);
    const post = () => {
      for (const room of rooms)
        for (let i = 0; i < 3; i++) room.messagesForTest.push({ id: i, text: 'more' });
    };
    probe.readCollections(0, 4);
    for (let second = 1; second < 5; second++) {
      post();
      probe.readCollections(second * 1_000, 4);
    }
    const { growing } = probe.readCollections(5_000, 4);
    const together = growing.filter(({ alike }) => alike !== undefined);
    expect(together).toHaveLength(1);
    const [group] = together;
    const seen = group!.sizes[0]!.entries / 20;
    expect(group).toMatchObject({
      type: 'Array',
      alike: seen,
      holder: { kind: 'property', name: 'messagesForTest', of: 'RoomForTest' },
      newestEntry: '{id, text}',
    });
    expect(group!.sizes.map(({ entries }) => entries / seen)).toEqual([20, 23, 26, 29, 32, 32]);
    expect(group!.insertions.length).toBeGreaterThan(0);
  });

  it('are told with what one event has of the listeners of all, where they are emitters', () => {
    const listen = (emitter: EventEmitter, event: string, times: number) => {
      for (let i = 0; i < times; i++) emitter.on(event, () => {});
    };
    const connections = Array.from({ length: 60 }, () => {
      const connectionForTest = new EventEmitter().setMaxListeners(0);
      for (const event of ['data', 'end', 'close']) listen(connectionForTest, event, 2);
      return { connectionForTest };
    });
    hold(() => connections);
    const probe = install();
    walkWith(probe);
    probe.readCollections(0, 4);
    for (const { connectionForTest } of connections) listen(connectionForTest, 'timeout', 14);
    const { growing } = probe.readCollections(1_000, 4);
    const group = growing.find(({ alike }) => alike !== undefined)!;
    expect(group).toMatchObject({ type: 'EventEmitter', event: 'timeout' });
    expect(group.eventListeners! / group.sizes.at(-1)!.entries).toBeCloseTo(14 / 20);
  });

  it('are told one by one where they are few', () => {
    const rooms = roomsOf(5);
    hold(() => rooms);
    const probe = install();
    walkWith(probe);
    probe.readCollections(0, 0);
    for (const room of rooms) room.messagesForTest.push({ id: 1, text: 'a' }, { id: 2, text: 'b' });
    const { growing } = probe.readCollections(1_000, 0);
    const own = growing.filter(({ holder }) => holder?.name === 'messagesForTest');
    expect(own.map(({ alike }) => alike)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});
