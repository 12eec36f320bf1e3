// A long list of numbers, read byte by byte into one array of doubles: a list of JSON's own would take several times its memory.
import { MalformedSnapshot } from '../../../model/decode/heap-snapshot/malformed.ts';
import type { Section } from '../../../model/decode/heap-snapshot/section.ts';

const ZERO = 0x30;
const NINE = 0x39;
const COMMA = 0x2c;
const MINUS = 0x2d;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const SPACE = 0x20;

/** `take` gets the list when it has ended. Anything in it that is no number is NaN. */
export function numberListSection(take: (values: Float64Array) => void): Section {
  let values = new Float64Array(2 ** 16);
  let count = 0;
  let isOpen = false;
  /** A whole number so far; what is not one is collected as text and left to the language. */
  let value = 0;
  let isNegative = false;
  let hasDigits = false;
  let text = '';

  function longer(): Float64Array<ArrayBuffer> {
    const larger = new Float64Array(values.length * 2);
    larger.set(values);
    values = larger;
    return larger;
  }

  /** What the loop below does not know: a fraction, an exponent, a word. */
  function addText(): void {
    if (count === values.length) longer();
    values[count++] = Number(text);
    text = '';
  }

  const section: Section = {
    done: false,
    consume(chunk, from) {
      // Locals: the loop runs once a byte, a billion times in a big file.
      const end = chunk.length;
      let list = values;
      let filled = count;
      let number = value;
      let isNumber = hasDigits;
      let sign = isNegative;
      let isText = text !== '';
      let at = from;
      for (; at < end; at++) {
        let byte = chunk[at]!;
        if (byte >= ZERO && byte <= NINE && !isText) {
          // Digits come in runs: a loop of their own.
          isNumber = true;
          number = number * 10 + (byte - ZERO);
          while (++at < end) {
            byte = chunk[at]!;
            if (byte < ZERO || byte > NINE) break;
            number = number * 10 + (byte - ZERO);
          }
          if (at === end) break;
        }
        if (byte === COMMA || byte === CLOSE) {
          if (isText) {
            isText = false;
            count = filled;
            addText();
            list = values;
            filled = count;
          } else if (isNumber) {
            if (filled === list.length) list = longer();
            list[filled++] = sign ? -number : number;
          }
          number = 0;
          isNumber = false;
          sign = false;
          if (byte === COMMA) continue;
          section.done = true;
          take(list.subarray(0, filled));
          return at + 1;
        }
        if (byte === MINUS && !isNumber && !isText) sign = true;
        else if (byte === OPEN && !isOpen) isOpen = true;
        else if (byte > SPACE) {
          if (!isOpen || text.length > 100)
            throw new MalformedSnapshot('a list in it is not a list of numbers');
          isText = true;
          text += `${text === '' ? `${sign ? '-' : ''}${isNumber ? number : ''}` : ''}${String.fromCharCode(byte)}`;
        }
      }
      count = filled;
      value = number;
      hasDigits = isNumber;
      isNegative = sign;
      return end;
    },
  };
  return section;
}
