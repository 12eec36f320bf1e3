// Texts and bytes that are long enough to be worth watching.

/** Shorter ones are not worth a word. */
const LEAST = 16 * 1024;

export function isLong(value: unknown): boolean {
  if (typeof value === 'string') return value.length >= LEAST;
  return ArrayBuffer.isView(value) && value.byteLength >= LEAST;
}
