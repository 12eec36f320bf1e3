// Bytes to lines in constant memory: whatever the length of a line, its encoding or the size of the chunks.

/** Longer lines keep their start: what ended a process is said there. */
const MOST_CHARACTERS = 64 * 1024;

/** Lines in batches, without their ends. Broken UTF-8 becomes U+FFFD; NULs are dropped. Throws what `chunks` throws. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    if (lines.length === 1) {
      if (rest.length < MOST_CHARACTERS) rest += text;
      continue;
    }
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    yield lines.map(clean);
  }
  rest += decoder.decode();
  if (rest !== '') yield [clean(rest)];
}

function clean(line: string): string {
  const cut = line.length > MOST_CHARACTERS ? line.slice(0, MOST_CHARACTERS) : line;
  const plain = cut.includes('\0') ? cut.replaceAll('\0', '') : cut;
  // Progress bars overwrite their line: what was written last is what people saw.
  return plain.endsWith('\r') ? plain.slice(0, -1) : plain;
}
