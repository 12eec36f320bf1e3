// Texts and bytes: how long they are, without running code of the program.

/** Shorter ones are not worth a word. */
const LEAST = 16 * 1024;

/** Of a typed array as V8 knows it, whatever the program has put in the place of that property; 0 of a DataView. */
export function byteLengthOf(bytes: ArrayBufferView): number {
  const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype);
  const isTyped = Reflect.get(typedArray, Symbol.toStringTag, bytes) !== undefined;
  return isTyped ? (Reflect.get(typedArray, 'byteLength', bytes) as number) : 0;
}

/** A text, or bytes, worth watching. */
export function isLong(value: unknown): boolean {
  if (typeof value === 'string') return value.length >= LEAST;
  return ArrayBuffer.isView(value) && byteLengthOf(value) >= LEAST;
}
