// Bytes to lines in constant memory: whatever the length of a line, its encoding or the size of the chunks.
import { isAscii } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import { mayWrap } from './unwrap.ts';

/** Longer lines keep their start: what ended a process is said there. */
const MOST_CHARACTERS = 64 * 1024;

export interface Lines {
  lines: string[];
  /** Nothing wraps them in JSON: see unwrap.ts. */
  arePlain: boolean;
}

/** Lines in batches, without their ends. Broken UTF-8 becomes U+FFFD; NULs are dropped. Throws what `chunks` throws. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Lines> {
  const decode = createDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decode(chunk);
    const lines = text.split('\n');
    if (lines.length === 1) {
      if (rest.length < MOST_CHARACTERS) rest += text;
      continue;
    }
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    // Colours may stand within the words.
    const arePlain = !mayWrap(text) && !mayWrap(lines[0]) && !text.includes('\u001b');
    yield { lines: lines.map(clean), arePlain };
  }
  rest += decode(null);
  if (rest !== '') yield { lines: [clean(rest)], arePlain: false };
}

/**
 * Bytes of UTF-8 to text, without a byte order mark; null is their end. Most of most logs is ASCII, of which no byte has to be
 * looked at one by one, and whose text takes half of the memory.
 */
function createDecoder(): (chunk: Uint8Array | null) => string {
  const decoder = new StringDecoder('utf8');
  let isStart = true;
  /** The last chunk ended within a character, or with one that is no ASCII. */
  let isOpen = false;
  return (chunk) => {
    if (chunk === null) return decoder.end();
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const text = !isOpen && isAscii(bytes) ? bytes.toString('latin1') : decoder.write(bytes);
    isOpen = (bytes.at(-1) ?? 0) > 0x7f;
    if (!isStart || text === '') return text;
    isStart = false;
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  };
}

function clean(line: string): string {
  const cut = line.length > MOST_CHARACTERS ? line.slice(0, MOST_CHARACTERS) : line;
  const plain = cut.includes('\0') ? cut.replaceAll('\0', '') : cut;
  // Progress bars overwrite their line: what was written last is what people saw.
  return plain.endsWith('\r') ? plain.slice(0, -1) : plain;
}
