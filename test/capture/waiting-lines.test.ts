// Lines of those who wait, found by what stands in them: in a lock's list, in private fields, in a closure.
import { describe, expect, it } from 'vitest';
import { createThreadInspector } from '../../src/probe/objects/thread-inspector.ts';
import type { ProbeHolder } from '../../src/probe/probe-protocol.ts';
import { createInsertionTraps } from '../../src/signals/collections/probe/insertion-traps.ts';
import { createPoolParts } from '../../src/signals/pools/probe/pool-parts.ts';
import { createWaitingLines } from '../../src/signals/pools/probe/waiting-lines.ts';
import { namesIn, useCores } from '../support/probe-here.ts';

const makeCore = useCores();
const HELD: ProbeHolder = { kind: 'variable', name: 'desk', of: 'boot' };

function setUp() {
  const core = makeCore();
  const thread = createThreadInspector(core);
  const lines = createWaitingLines(core, {
    parts: createPoolParts(core.reads),
    traps: createInsertionTraps(core),
    thread,
  });
  return { core, lines, read: () => lines.read(100) };
}

const waiter = (id: number) => ({ id, resolve: () => id, reject: () => id });

class Berths {
  afloat = 3;
  moored = new Map([['a', {}]]);
  offing: object[] = [];
}

class Ferry {
  #decks = 2;
  #quay: unknown;
  constructor(first: unknown) {
    this.#quay = first;
  }
  get decks() {
    return [this.#decks, this.#quay];
  }
  board(next: unknown) {
    this.#quay = next;
  }
}

describe('a line', () => {
  it('is told with how long its first one has been the first, and with what stands beside it', () => {
    const { core, lines, read } = setUp();
    const desk = new Berths();
    desk.offing.push(waiter(1), waiter(2));
    lines.consider(desk, HELD);
    core.atMillis = 6_000;
    desk.offing.push(waiter(3));
    expect(read()).toEqual([
      {
        id: 100,
        className: 'Berths',
        holder: HELD,
        waiting: 3,
        insertions: [],
        line: {
          name: 'offing',
          headMillis: 6_000,
          beside: [
            ['afloat', 3],
            ['moored', 1],
          ],
        },
      },
    ]);
    desk.offing.shift();
    expect(read()[0]!.line!.headMillis).toBe(0);
  });

  it('is found among the many fields of an object, and not in a table of very many', () => {
    const { lines, read } = setUp();
    const withOptions = (count: number) => ({
      ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`option${i}`, `${i}`])),
      turns: [waiter(1), waiter(2)],
    });
    lines.consider(withOptions(80), HELD);
    lines.consider(withOptions(1_000), HELD);
    expect(read().map(({ line }) => line)).toEqual([{ name: 'turns', headMillis: 0, beside: [] }]);
  });

  it('tells who comes to wait, once it was seen to grow, and gets its own method back', () => {
    const { core, lines, read } = setUp();
    const desk = new Berths();
    desk.offing.push(waiter(1), waiter(2));
    lines.consider(desk, HELD);
    read();
    expect(Object.hasOwn(desk.offing, 'push')).toBe(false);
    desk.offing.push(waiter(3));
    read();
    function comesToWait() {
      desk.offing.push(waiter(4));
    }
    comesToWait();
    expect(read()[0]!.insertions.map((frames) => namesIn(frames).includes('comesToWait'))).toEqual([true]);
    core.stop();
    expect(Object.hasOwn(desk.offing, 'push')).toBe(false);
  });

  it('is found in private fields, as a chain of nodes', () => {
    const { core, lines, read } = setUp();
    const node = (id: number, next?: object) => ({ value: waiter(id), next });
    const ferry = new Ferry(node(1, node(2)));
    const fields = { '#decks': 2, '#quay': ferry.decks[1] };
    lines.considerFields({ kind: 'private', owner: ferry, of: 'Ferry', scope: 0, fields });
    core.atMillis = 5_000;
    expect(read()).toMatchObject([
      {
        className: 'Ferry',
        holder: { kind: 'property', name: '#quay', of: 'Ferry' },
        waiting: 2,
        line: { name: '#quay', headMillis: 5_000, beside: [['#decks', 2]] },
      },
    ]);
    ferry.board(node(2, node(3, node(4))));
    expect(read()).toMatchObject([{ waiting: 3, line: { headMillis: 0 } }]);
  });

  it('is found in the variables of a closure, where those that were served left holes', () => {
    const { core, lines, read } = setUp();
    const makeQueue = () => {
      const standing: unknown[] = [undefined, waiter(1), waiter(2)];
      let taken = 4;
      return { standing, take: () => [standing, taken++] };
    };
    const { standing, take } = makeQueue();
    lines.considerFields({
      kind: 'scope',
      owner: take,
      of: 'take',
      scope: 0,
      fields: { standing, taken: 4 },
    });
    core.atMillis = 1_000;
    expect(read()).toMatchObject([
      {
        className: '',
        holder: { kind: 'variable', name: 'standing', of: 'take' },
        waiting: 2,
        line: { name: 'standing', headMillis: 1_000, beside: [['taken', 4]] },
      },
    ]);
  });
});

it('a line is read seldom while it stays as it is, and each time once it becomes longer', () => {
  const { lines, read } = setUp();
  const standing = [waiter(1), waiter(2)];
  const take = () => standing;
  lines.considerFields({ kind: 'scope', owner: take, of: 'take', scope: 0, fields: { standing } });
  const readings = (count: number) =>
    Array.from({ length: count }, () => read()).filter(({ length }) => length > 0).length;
  expect(readings(5)).toBe(5);
  expect(readings(40)).toBe(10);
  standing.push(waiter(3));
  expect(readings(4)).toBeGreaterThanOrEqual(1);
  for (let id = 4; id < 12; id++) {
    standing.push(waiter(id));
    expect(read()).toMatchObject([{ waiting: id }]);
  }
});

describe('no line is', () => {
  const cases: [string, object][] = [
    ['data', { rows: [{ id: 1 }, { id: 2 }], names: new Map([['a', 'b']]) }],
    ['one alone', { queue: [waiter(1)] }],
    ['what has no prototype', Object.assign(Object.create(null), { queue: [waiter(1), waiter(2)] })],
    [
      'in an object of a class of C++',
      Object.assign(new MessageChannel().port1, { queue: [waiter(1), waiter(2)] }),
    ],
    ['a proxy in a field', { queue: new Proxy([waiter(1), waiter(2)], {}) }],
    [
      'what only a getter gives',
      {
        get queue() {
          throw new Error('asked');
        },
      },
    ],
  ];
  it.each(cases)('%s', (_, value) => {
    const { lines, read } = setUp();
    lines.consider(value, HELD);
    expect(read()).toEqual([]);
  });

  it.each([
    ['a function', Object.assign(() => {}, { queue: [waiter(1), waiter(2)] })],
    ['an object of a class', Object.assign(new Berths(), { queue: [waiter(1), waiter(2)] })],
  ])('but one in a field of %s is', (_, value) => {
    const { lines, read } = setUp();
    lines.consider(value, HELD);
    expect(read()).toMatchObject([{ waiting: 2, line: { name: 'queue' } }]);
  });

  it('a list of listeners', () => {
    const { lines, read } = setUp();
    lines.consider({ data: [() => 1, () => 2] }, { kind: 'property', name: '_events', of: 'Socket' });
    expect(read()).toEqual([]);
  });

  it('held: owners that are gone are told no more, and nothing is after the stop', () => {
    const { core, lines, read } = setUp();
    const desk = new Berths();
    desk.offing.push(waiter(1), waiter(2));
    lines.consider(desk, HELD);
    core.stop();
    expect([read(), lines.ownHeapBytes()]).toEqual([[], 0]);
  });
});
