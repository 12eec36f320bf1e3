// Arrays of whole numbers, which are nearly all of a snapshot: read into batches, handed on in rows of equal width.
import { MalformedSnapshot } from './malformed.ts';
import type { Section } from './section.ts';

/** Takes `rowCount` rows, which lie one after the other in `values` from its start. Throws MalformedSnapshot. */
export type RowSink = (values: Float64Array, rowCount: number) => void;

const BATCH = 2 ** 13;
const ZERO = 0x30;
/** Other bytes as their distance from the digit 0. */
const COMMA = 0x2c - ZERO;
const OPEN = 0x5b - ZERO;
const CLOSE = 0x5d - ZERO;
const SPACE = 0x20 - ZERO;
/** Beyond this a double no longer counts by ones. */
const MAX_INTEGER = 2 ** 53;

/** `[1,2,3, 4,5,6]` as rows of `width`. `what` names them in messages. */
export function integerSection(width: number, what: string, sink: RowSink): Section {
  const values = new Float64Array(BATCH + width);
  let used = 0;
  let value = 0;
  let inNumber = false;
  let isOpen = false;

  function flush(): void {
    const rows = Math.floor(used / width);
    sink(values, rows);
    values.copyWithin(0, rows * width, used);
    used -= rows * width;
  }

  const section: Section = {
    done: false,
    consume(chunk, from) {
      let at = from;
      // Locals: the loop below runs once a byte, half a billion times in a big file. Digits come in runs, so they have
      // a loop of their own; that alone makes it twice as fast.
      const end = chunk.length;
      let number = value;
      let isNumber = inNumber;
      let filled = used;
      while (at < end) {
        let digit = chunk[at++]! - ZERO;
        if (digit >= 0 && digit <= 9) {
          number = number * 10 + digit;
          isNumber = true;
          while (at < end) {
            digit = chunk[at]! - ZERO;
            if (digit < 0 || digit > 9) break;
            number = number * 10 + digit;
            at++;
          }
          continue;
        }
        if (isNumber) {
          if (number >= MAX_INTEGER) throw new MalformedSnapshot(`a number among its ${what} is too large`);
          values[filled++] = number;
          number = 0;
          isNumber = false;
          if (filled >= BATCH) {
            used = filled;
            flush();
            filled = used;
          }
        }
        if (digit === COMMA || digit <= SPACE) continue;
        if (digit === OPEN && !isOpen) {
          isOpen = true;
          continue;
        }
        if (digit !== CLOSE || !isOpen)
          throw new MalformedSnapshot(`its ${what} contain something that is not a number`);
        section.done = true;
        break;
      }
      value = number;
      inNumber = isNumber;
      used = filled;
      if (section.done) {
        flush();
        if (used > 0) throw new MalformedSnapshot(`its last entry among the ${what} is cut short`);
      }
      return at;
    },
  };
  return section;
}
