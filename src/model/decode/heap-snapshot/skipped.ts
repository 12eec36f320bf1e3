// Values of a snapshot that are passed over (allocation traces, samples) or taken as a whole (the header).
import { MalformedSnapshot } from './malformed.ts';
import type { Section } from './section.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const CLOSE = 0x5d;
const MAX_HEADER_BYTES = 2 ** 20;
const opens = (byte: number) => byte === 0x5b || byte === 0x7b;
const closes = (byte: number) => byte === 0x5d || byte === 0x7d;

/** Any value. What is inside is not checked, only where it ends. */
export function skippedSection(): Section {
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  const section: Section = {
    done: false,
    consume(chunk, from) {
      for (let at = from; at < chunk.length; at++) {
        const byte = chunk[at]!;
        if (isEscaped) isEscaped = false;
        else if (inString) {
          if (byte === BACKSLASH) isEscaped = true;
          inString = byte !== QUOTE;
        } else if (depth === 0 && (byte === COMMA || closes(byte))) {
          // A number, true, false or null has no end of its own.
          section.done = true;
          return at;
        } else if (byte === QUOTE) inString = true;
        else if (opens(byte)) depth++;
        else if (closes(byte)) depth--;
        else continue;
        if (depth === 0 && !inString) {
          section.done = true;
          return at + 1;
        }
      }
      return chunk.length;
    },
  };
  return section;
}

/** An array of numbers that somebody else reads: nothing but its end looks like `]`. */
export function skimmedSection(): Section {
  return {
    done: false,
    consume(chunk, from) {
      const end = chunk.indexOf(CLOSE, from);
      this.done = end >= 0;
      return this.done ? end + 1 : chunk.length;
    },
  };
}

/** A JSON value of at most a megabyte, parsed. */
export function jsonSection(take: (value: unknown) => void): Section {
  const inner = skippedSection();
  let text = new Uint8Array(0);
  return {
    done: false,
    consume(chunk, from) {
      const end = inner.consume(chunk, from);
      if (text.length + end - from > MAX_HEADER_BYTES) throw new MalformedSnapshot('its header is not valid');
      const longer = new Uint8Array(text.length + end - from);
      longer.set(text);
      longer.set(chunk.subarray(from, end), text.length);
      text = longer;
      this.done = inner.done;
      if (this.done) take(parse(text));
      return end;
    },
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new MalformedSnapshot('its header is not JSON');
  }
}
