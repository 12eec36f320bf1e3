// Whether something acts on the timeout of an outgoing request, told from plain data of any shape.
import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { expect, test } from 'vitest';
import { createTimeoutReads } from '../../src/capture/settings/probe/timeout-reads.ts';
import { createDataReads } from '../../src/probe/objects/data-reads.ts';

const { stateOf } = createTimeoutReads(createDataReads(types, () => performance.now()));
const heard = (more: object) =>
  Object.assign(
    new EventEmitter().on('timeout', () => {}),
    more,
  );
const unheard = (more: object) => Object.assign(new EventEmitter(), more);

test.each<[string, object, object, string]>([
  ['a timeout and a listener', heard({}), unheard({ timeout: 5_000 }), 'acts'],
  ['a timeout and nobody who listens', unheard({ timeout: 5_000 }), unheard({ timeout: 5_000 }), 'none'],
  ['a listener and no timeout', heard({}), unheard({}), 'none'],
  ['taken off again', heard({ timeout: 5_000 }), unheard({ timeout: 0 }), 'none'],
  ['still connecting, and heard', heard({}), unheard({ connecting: true }), 'unclear'],
  ['still connecting, and unheard', unheard({}), unheard({ connecting: true }), 'none'],
  ['a listener of the socket', unheard({}), heard({ timeout: 5_000 }), 'acts'],
])('%s', (_, request, socket, expected) => {
  expect(stateOf(request, socket)).toBe(expected);
});

test('no trap and no getter of the target runs', () => {
  const fail = () => {
    throw new Error('it ran');
  };
  const trapped = new Proxy([], { get: fail, getOwnPropertyDescriptor: fail });
  const list = Object.defineProperty([() => {}], '0', { get: fail });
  for (const timeout of [trapped, list])
    expect(() => stateOf({ _events: { timeout } }, { timeout: 5_000 })).not.toThrow();
  expect(stateOf({ _events: { timeout: trapped } }, { timeout: 5_000 })).toBe('none');
});
