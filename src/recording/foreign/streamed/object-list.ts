// A long list of objects, taken apart as bytes and parsed in batches: no string has to hold all of it.
import { MalformedSnapshot } from '../../../model/decode/heap-snapshot/malformed.ts';
import type { Section } from '../../../model/decode/heap-snapshot/section.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;
/** Parsed together: a call for each would cost more than the parsing. */
const BATCH_BYTES = 2 ** 20;
/** No object of these formats is as long. */
const MAX_OBJECT_BYTES = 2 ** 28;

export function objectListSection(take: (objects: unknown[]) => void): Section {
  let parts: Buffer[] = [];
  let batch: string[] = [];
  let batchBytes = 0;
  let partBytes = 0;
  let isOpen = false;
  /** How the loop below stood at the end of a chunk. */
  let state = { depth: 0, inString: false, isEscaped: false };

  function flush(): void {
    if (batch.length === 0) return;
    const text = `[${batch.join(',')}]`;
    batch = [];
    batchBytes = 0;
    try {
      take(JSON.parse(text));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new MalformedSnapshot('an object in it is not JSON');
    }
  }

  function endObject(last: Buffer): void {
    const object = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    parts = [];
    partBytes = 0;
    batch.push(object.toString('utf8'));
    batchBytes += object.length;
    if (batchBytes >= BATCH_BYTES) flush();
  }

  function keepPart(chunk: Buffer, start: number): void {
    partBytes += chunk.length - start;
    if (partBytes > MAX_OBJECT_BYTES) throw new MalformedSnapshot('an object in it is too long');
    // Chunks are used again: what is kept has to be a copy.
    parts.push(Buffer.from(chunk.subarray(start)));
  }

  const section: Section = {
    done: false,
    consume(bytes, from) {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      const end = chunk.length;
      // Locals: the loop runs once a byte, a billion times in a big file.
      let { depth, inString, isEscaped } = state;
      let start = depth > 0 ? from : -1;
      for (let at = from; at < end; at++) {
        let byte = chunk[at]!;
        if (inString) {
          // Texts come in runs: a loop of their own.
          while (byte !== QUOTE || isEscaped) {
            isEscaped = byte === BACKSLASH && !isEscaped;
            if (++at === end) break;
            byte = chunk[at]!;
          }
          if (at === end) break;
          inString = false;
          continue;
        }
        if (byte === QUOTE) inString = true;
        else if (byte === OPEN || (byte === OPEN_LIST && depth > 0)) {
          if (depth === 0) start = at;
          depth++;
        } else if (byte === CLOSE || (byte === CLOSE_LIST && depth > 0)) {
          depth--;
          if (depth > 0) continue;
          endObject(chunk.subarray(start, at + 1));
          start = -1;
        } else if (depth > 0 || byte <= SPACE || byte === COMMA) continue;
        else if (byte === OPEN_LIST && !isOpen) isOpen = true;
        else if (byte === CLOSE_LIST) {
          flush();
          section.done = true;
          return at + 1;
        }
      }
      state = { depth, inString, isEscaped };
      if (depth > 0) keepPart(chunk, start);
      return end;
    },
  };
  return section;
}
