// The string table of a snapshot, kept as bytes. Ends are found here; escapes are undone when a string is asked for.
import { PIECE_BYTES, type StringTable } from '../../heap/string-table.ts';
import { MalformedSnapshot } from './malformed.ts';
import type { Section } from './section.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const SPACE = 0x20;
/** Starts are 32 bits wide. V8 cuts strings at 1,024 characters, so this is a heap of at least four million of them. */
const MAX_BYTES = 2 ** 32 - 1;
const FEW_BYTES = 100;

export function noStrings(): StringTable {
  return { count: 0, starts: new Uint32Array(1024), pieces: [] };
}

/** Fills `table` with `["...","..."]`. */
export function stringSection(table: StringTable): Section {
  let bytes = 0;
  let isOpen = false;
  let inString = false;
  let isEscaped = false;

  function append(chunk: Uint8Array, from: number, to: number): void {
    if (bytes + to - from > MAX_BYTES) throw new MalformedSnapshot('it has more than 4 GB of strings');
    for (let at = from; at < to; ) {
      const place = bytes % PIECE_BYTES;
      if (place === 0) table.pieces.push(new Uint8Array(PIECE_BYTES));
      const piece = table.pieces.at(-1)!;
      const length = Math.min(to - at, PIECE_BYTES - place);
      // Most strings are a few bytes long: a view for each would cost more than its copy.
      if (length > FEW_BYTES) piece.set(chunk.subarray(at, at + length), place);
      else for (let i = 0; i < length; i++) piece[place + i] = chunk[at + i]!;
      at += length;
      bytes += length;
    }
  }

  function finishString(): void {
    table.count++;
    if (table.count >= table.starts.length) {
      const larger = new Uint32Array(table.starts.length * 2);
      larger.set(table.starts);
      table.starts = larger;
    }
    table.starts[table.count] = bytes;
  }

  /** From inside a string to behind its closing quote, or to the end of the chunk. */
  function readString(chunk: Uint8Array, from: number): number {
    let at = from;
    if (isEscaped) {
      at++;
      isEscaped = false;
    }
    while (at < chunk.length && chunk[at] !== QUOTE) at += chunk[at] === BACKSLASH ? 2 : 1;
    isEscaped = at > chunk.length;
    const end = Math.min(at, chunk.length);
    append(chunk, from, end);
    if (at >= chunk.length) return chunk.length;
    inString = false;
    finishString();
    return end + 1;
  }

  const section: Section = {
    done: false,
    consume(chunk, from) {
      let at = from;
      while (at < chunk.length) {
        if (inString) {
          at = readString(chunk, at);
          continue;
        }
        const byte = chunk[at++]!;
        if (byte === QUOTE && isOpen) inString = true;
        else if (byte === OPEN && !isOpen) isOpen = true;
        else if (byte === CLOSE && isOpen) {
          section.done = true;
          return at;
        } else if (byte !== COMMA && byte > SPACE)
          throw new MalformedSnapshot('its strings contain something that is not a string');
      }
      return at;
    },
  };
  return section;
}
