// The strings of a snapshot as the bytes of the file, decoded one by one when asked for: a big heap has millions, and
// a report shows a few hundred.

/** Bytes lie in pieces of equal size, so that a table grows without being copied. A string may cross pieces. */
export const PIECE_BYTES = 2 ** 23;

const BACKSLASH = 0x5c;

export interface StringTable {
  count: number;
  /** Where string i begins, in bytes from the start of the table; it ends where i + 1 begins. `count` + 1 entries. */
  starts: Uint32Array;
  pieces: Uint8Array[];
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes of a string as they stand in the file: UTF-8 with JSON's escapes. A view where possible: do not keep it. */
export function stringBytes(table: StringTable, index: number): Uint8Array {
  const start = table.starts[index]!;
  const end = table.starts[index + 1]!;
  const piece = Math.floor(start / PIECE_BYTES);
  const from = start - piece * PIECE_BYTES;
  if (from + end - start <= PIECE_BYTES)
    return (table.pieces[piece] ?? NO_BYTES).subarray(from, from + end - start);
  const bytes = new Uint8Array(end - start);
  for (let done = 0; done < bytes.length; ) {
    const at = start + done;
    const source = table.pieces[Math.floor(at / PIECE_BYTES)]!;
    const part = source.subarray(at % PIECE_BYTES, (at % PIECE_BYTES) + bytes.length - done);
    bytes.set(part, done);
    done += part.length;
  }
  return bytes;
}

const NO_BYTES = new Uint8Array(0);

export function decodeString(table: StringTable, index: number): string {
  const bytes = stringBytes(table, index);
  const text = decoder.decode(bytes);
  if (!bytes.includes(BACKSLASH)) return text;
  try {
    return JSON.parse(`"${text}"`);
  } catch {
    // An escape that JSON does not know: better shown as it stands than not at all.
    return text;
  }
}

const encoder = new TextEncoder();
/** Characters that stand in a file as themselves, whoever wrote it. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** The index of the first string that reads exactly like this one, or -1. Fast for plain ASCII. */
export function findString(table: StringTable, text: string): number {
  const isPlain = PLAIN.test(text);
  const wanted = encoder.encode(text);
  for (let i = 0; i < table.count; i++) {
    if (!isPlain) {
      if (decodeString(table, i) === text) return i;
    } else if (table.starts[i + 1]! - table.starts[i]! === wanted.length) {
      const bytes = stringBytes(table, i);
      if (wanted.every((byte, at) => byte === bytes[at])) return i;
    }
  }
  return -1;
}
