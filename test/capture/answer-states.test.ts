// Where an answer stands, told from its response object alone.
import { describe, expect, test } from 'vitest';
import { createAnswerStates } from '../../src/signals/async/requests/answer-states.ts';
import { useCores } from '../support/probe-here.ts';

const makeCore = useCores();
const head = (type: string) =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`;

/** As Node's response objects are, with a handle that counts what it sent. */
function response(fields: object, bytes = { sent: 0 }) {
  const prototype = Object.defineProperty({}, 'bytesWritten', { get: () => bytes.sent });
  return {
    _header: null,
    finished: false,
    destroyed: false,
    socket: { _handle: Object.create(prototype) },
    ...fields,
  };
}

describe('an answer', () => {
  test.each<[string, object, [waits: boolean, isGivenUp: boolean, isOpen: boolean, isLeft: boolean]]>([
    ['that has not begun', {}, [true, false, true, true]],
    ['whose client went away before it began', { destroyed: true }, [false, true, false, true]],
    ['that has begun', { _header: head('text/html') }, [false, false, true, true]],
    ['that has ended', { _header: head('text/html'), finished: true }, [false, false, false, false]],
    [
      'whose client went away in its middle',
      { _header: head('text/html'), destroyed: true },
      [false, false, false, true],
    ],
    ['that is an event stream', { _header: head('text/event-stream') }, [false, false, false, true]],
    ['of lines of JSON', { _header: head('application/x-ndjson') }, [false, false, false, true]],
    [
      'of one picture after the other',
      { _header: head('multipart/x-mixed-replace') },
      [false, false, false, true],
    ],
  ])('%s', (_, fields, expected) => {
    const { waits, isGivenUp, isOpen, isLeft } = createAnswerStates(makeCore());
    const asked = response(fields);
    expect([waits(asked), isGivenUp(asked), isOpen(asked), isLeft(asked)]).toEqual(expected);
  });

  test('that sends something late goes on, and one that fell silent early does not', () => {
    const core = makeCore();
    const { isOpen } = createAnswerStates(core);
    const [lively, silent] = [{ sent: 100 }, { sent: 100 }];
    const [one, other] = [lively, silent].map((bytes) => response({ _header: head('text/csv') }, bytes));
    const look = () => [isOpen(one!), isOpen(other!)];
    expect(look()).toEqual([true, true]);
    core.atMillis = 2_000;
    lively.sent = silent.sent = 500;
    expect(look()).toEqual([true, true]);
    core.atMillis = 9_000;
    lively.sent = 600;
    expect(look()).toEqual([false, true]);
    core.atMillis = 20_000;
    // And stays what it is.
    expect(look()).toEqual([false, true]);
  });

  test('without a socket, or with one of another make, is judged by its own fields', () => {
    const { isOpen } = createAnswerStates(makeCore());
    for (const socket of [null, undefined, {}, { _handle: null }, { _handle: { bytesWritten: 7 } }])
      expect(isOpen({ ...response({ _header: head('text/csv') }), socket })).toBe(true);
  });
});
