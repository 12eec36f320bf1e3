// Texts, bytes, linked lists and prototype chains: they are no collections, and are watched at the place that holds them, by the
// probe as it is in a target.
import { afterEach, describe, expect, it } from 'vitest';
import type { ProbeHandle } from '../../src/probe/probe-protocol.ts';
import { useProbes, walkWith } from '../support/probe-here.ts';

const install = useProbes();
const held = new Set<(...args: unknown[]) => unknown>();
/** Node keeps listeners of the process: what they close over is held by the program. */
const hold = (listener: (...args: unknown[]) => unknown) => {
  process.on('SIGUSR2', listener);
  held.add(listener);
};
afterEach(() => {
  for (const listener of held) process.off('SIGUSR2', listener);
  held.clear();
});

/** What the probe tells of this name, with all sizes that it counted: four reads, and `grow` before each but the first. */
function told(probe: ProbeHandle, name: string, grow: () => void) {
  walkWith(probe);
  const sizes: number[] = [];
  let last: ReturnType<ProbeHandle['readCollections']>['growing'][number] | undefined;
  for (let second = 0; second < 4; second++) {
    if (second > 0) grow();
    last = probe.readCollections(second * 1_000, 4).growing.find(({ holder }) => holder?.name === name);
    sizes.push(...(last?.sizes ?? []).map(({ entries }) => entries));
  }
  return last && { ...last, sizes };
}

class NodeForTest {
  next: NodeForTest | null = null;
  constructor(readonly value: string) {}
}
class QueueForTest {
  firstForTest: NodeForTest | null = null;
  last: NodeForTest | null = null;
  push(value: string) {
    const node = new NodeForTest(value);
    if (this.last) this.last.next = node;
    else this.firstForTest = node;
    this.last = node;
  }
  shift() {
    this.firstForTest = this.firstForTest?.next ?? null;
  }
}
const filled = (queue: QueueForTest, nodes: number) => {
  for (let i = 0; i < nodes; i++) queue.push(`value ${i}`);
  return queue;
};

describe('a linked list', () => {
  it('is counted by its nodes, also when those that are done are taken from its front', () => {
    const queue = filled(new QueueForTest(), 40);
    hold(() => queue);
    const found = told(install(), 'firstForTest', () => {
      filled(queue, 30);
      for (let i = 0; i < 10; i++) queue.shift();
    });
    expect(found).toMatchObject({
      type: 'List',
      className: 'NodeForTest',
      newestEntry: 'NodeForTest',
      holder: { kind: 'property', name: 'firstForTest', of: 'QueueForTest' },
      sizes: [40, 60, 80, 100],
      insertions: [],
    });
  });

  it('is counted where a variable, or a private field, holds its first node', () => {
    type Plain = { value: number; next: Plain | null };
    let headForTest: Plain | null = null;
    const stack = (nodes: number) => {
      for (let i = 0; i < nodes; i++) headForTest = { value: i, next: headForTest };
    };
    class HiddenForTest {
      #firstForTest: NodeForTest | null = null;
      push(nodes: number) {
        for (let i = 0; i < nodes; i++) {
          const node = new NodeForTest('x');
          node.next = this.#firstForTest;
          this.#firstForTest = node;
        }
      }
    }
    const hidden = new HiddenForTest();
    stack(20);
    hidden.push(20);
    hold(function onSignal() {
      return [headForTest, hidden];
    });
    const grow = () => {
      stack(10);
      hidden.push(5);
    };
    expect(told(install(), 'headForTest', grow)).toMatchObject({
      type: 'List',
      className: 'List',
      newestEntry: '{value, next}',
      holder: { kind: 'variable', of: 'onSignal' },
      sizes: [20, 30, 40, 50],
    });
    expect(told(install(), '#firstForTest', grow)?.sizes).toEqual([35, 40, 45, 50]);
  });

  it('is told once, from its front, where the nodes link both ways', () => {
    class PairForTest {
      before: PairForTest | null = null;
      after: PairForTest | null = null;
    }
    const ends = { frontForTest: new PairForTest(), backForTest: null as PairForTest | null };
    const push = (nodes: number) => {
      for (let i = 0; i < nodes; i++) {
        const node = new PairForTest();
        node.before = ends.backForTest ?? ends.frontForTest;
        node.before.after = node;
        ends.backForTest = node;
      }
    };
    push(29);
    hold(() => ends);
    const probe = install();
    expect(told(probe, 'frontForTest', () => push(10))?.sizes).toEqual([30, 40, 50, 60]);
    const others = probe
      .readCollections(5_000, 0)
      .growing.filter(({ className }) => className === 'PairForTest');
    expect(others.map(({ holder }) => holder?.name)).toEqual(['frontForTest']);
  });

  it('is not what a ring, a tree or a few objects that belong together make', () => {
    const ring = { ringForTest: new NodeForTest('first') };
    let last = ring.ringForTest;
    for (let i = 0; i < 30; i++) {
      last.next = new NodeForTest('more');
      last = last.next;
    }
    last.next = ring.ringForTest;
    const few = { fewForTest: new NodeForTest('one') };
    few.fewForTest.next = new NodeForTest('two');
    hold(() => [ring, few]);
    const probe = install();
    // It is one, but a ring of the same length does not grow.
    expect(told(probe, 'ringForTest', () => {})).toBeUndefined();
    expect(told(probe, 'fewForTest', () => {})).toBeUndefined();
  });

  it('of more nodes than can be counted in a moment is left alone', () => {
    const queue = filled(new QueueForTest(), 25_000);
    hold(() => queue);
    expect(told(install(), 'firstForTest', () => filled(queue, 100))).toBeUndefined();
  });
});

describe('objects that inherit from each other', () => {
  class LoggerForTest {
    child(name: string): LoggerForTest {
      const child = Object.create(this) as LoggerForTest & { name: string };
      child.name = name;
      return child;
    }
  }
  const deepened = (logger: LoggerForTest, times: number): LoggerForTest =>
    times === 0 ? logger : deepened(logger.child(`child ${times}`), times - 1);

  it('are counted where each takes the place of the one that it is made from', () => {
    const service = { logForTest: deepened(new LoggerForTest(), 20) };
    hold(() => service);
    const grow = () => {
      service.logForTest = deepened(service.logForTest, 30);
    };
    expect(told(install(), 'logForTest', grow)).toMatchObject({
      type: 'Chain',
      className: 'Chain',
      newestEntry: '',
      holder: { kind: 'property', of: 'Object' },
      sizes: [23, 53, 83, 113],
    });
  });

  it('are no chain where each is made from the first, or where classes extend each other', () => {
    const first = new LoggerForTest();
    const service = { childForTest: first.child('first'), deepForTest: deepened(first, 6) };
    hold(() => service);
    const grow = () => {
      service.childForTest = first.child('next');
    };
    const probe = install();
    expect(told(probe, 'childForTest', grow)).toBeUndefined();
    expect(told(probe, 'deepForTest', grow)).toBeUndefined();
  });
});

describe('a text, or bytes', () => {
  it('is measured in KiB at the property, or the variable, that holds it', () => {
    const writer = { pendingForTest: 'x'.repeat(32 * 1024) };
    let logForTest = 'y'.repeat(20 * 1024);
    hold(function onSignal() {
      return [writer, logForTest];
    });
    const grow = () => {
      writer.pendingForTest += 'x'.repeat(64 * 1024);
      logForTest += 'y'.repeat(10 * 1024);
    };
    expect(told(install(), 'pendingForTest', grow)).toMatchObject({
      type: 'String',
      className: 'String',
      newestEntry: '',
      holder: { kind: 'property', of: 'Object' },
      sizes: [32, 96, 160, 224],
    });
    expect(told(install(), 'logForTest', grow)).toMatchObject({ type: 'String', sizes: [50, 60, 70, 80] });
  });

  it('may be bytes, in a symbol of an object, too', () => {
    const pending = Symbol('pendingBytesForTest');
    const parser = { [pending]: Buffer.alloc(32 * 1024) };
    hold(() => parser);
    const grow = () => {
      parser[pending] = Buffer.concat([parser[pending]!, Buffer.alloc(8 * 1024)]);
    };
    expect(told(install(), 'Symbol(pendingBytesForTest)', grow)).toMatchObject({
      type: 'Buffer',
      className: 'Buffer',
      holder: { kind: 'property', of: 'Object' },
      sizes: [32, 40, 48, 56],
    });
  });

  it('is followed when it is emptied, and says nothing when it is short', () => {
    const writer = { pendingForTest: 'x'.repeat(32 * 1024), shortForTest: 'y' };
    hold(() => writer);
    let turn = 0;
    const grow = () => {
      writer.pendingForTest = turn++ === 1 ? '' : 'x'.repeat(64 * 1024 * turn);
      writer.shortForTest += 'y'.repeat(100);
    };
    const probe = install();
    expect(told(probe, 'pendingForTest', grow)?.sizes).toEqual([32, 64, 0, 192]);
    expect(probe.readCollections(9_000, 0).growing.map(({ holder }) => holder?.name)).not.toContain(
      'shortForTest',
    );
  });
});

it('takes no timer for the first of a list, whatever many wait beside it', () => {
  const timers = Array.from({ length: 40 }, () => setTimeout(() => {}, 600_000));
  const jobs = { oneTimerForTest: timers[0] };
  hold(() => jobs);
  const found = told(install(), 'oneTimerForTest', () => {
    for (let i = 0; i < 10; i++) timers.push(setTimeout(() => {}, 600_000));
  });
  for (const timer of timers) clearTimeout(timer);
  expect(found).toBeUndefined();
});
