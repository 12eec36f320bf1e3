// The bytes in view: what is left of the last chunk, and the next one.
import { MalformedSnapshot } from '../../../model/decode/heap-snapshot/malformed.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;

/** No object of these formats is as long. */
const MOST_BYTES = 2 ** 28;
/** Words are compared four bytes at a time, beyond the end of what is there, too. */
const SLACK_BYTES = 64;

export interface Window {
  bytes: Buffer;
  filled: number;
  append(chunk: Uint8Array, from: number): void;
  /** Drops what is before `from`. */
  keep(from: number): void;
  /** Of the object at its start, whether all of it is there: each byte is asked once, in however many chunks it comes. */
  isWhole(): boolean;
}

export function createWindow(): Window {
  /** How far `isWhole` has come. */
  let scan = { at: 0, depth: 0, isInText: false };
  const window: Window = {
    bytes: Buffer.alloc(2 ** 21),
    filled: 0,
    append(chunk, from) {
      const more = chunk.length - from;
      if (window.filled + more + SLACK_BYTES > window.bytes.length) {
        const larger = Buffer.alloc((window.filled + more) * 2 + SLACK_BYTES);
        window.bytes.copy(larger, 0, 0, window.filled);
        window.bytes = larger;
      }
      window.bytes.set(from === 0 ? chunk : chunk.subarray(from), window.filled);
      window.filled += more;
    },
    keep(from) {
      window.bytes.copyWithin(0, from, window.filled);
      window.filled -= from;
      scan = { at: 0, depth: 0, isInText: false };
    },
    isWhole() {
      const { bytes, filled } = window;
      if (filled > MOST_BYTES) throw new MalformedSnapshot('an object in it is too long');
      let { at, depth, isInText } = scan;
      for (; at < filled; at++) {
        const byte = bytes[at]!;
        if (byte === BACKSLASH && isInText) at++;
        else if (byte === QUOTE) isInText = !isInText;
        else if (isInText) continue;
        else if (byte === OPEN || byte === OPEN_LIST) depth++;
        else if (byte === CLOSE || byte === CLOSE_LIST) depth--;
        if (depth === 0 && !isInText && byte > SPACE) return true;
      }
      scan = { at, depth, isInText };
      return false;
    },
  };
  return window;
}
