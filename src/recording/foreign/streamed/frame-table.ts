// The call frames of a long profile, each once. A function stands in a profile as often as there are ways to call it: its frame
// is known again by its bytes, and only a new one is parsed, many at once.
import { checkScriptFrame } from '../../../model/decode/call-frame.ts';
import { MalformedSnapshot } from '../../../model/decode/heap-snapshot/malformed.ts';
import type { ScriptFrame } from '../../../model/decode/profile-nodes.ts';

export interface FrameTable {
  /** The number of the frame whose JSON lies at these bytes; `hash` is made of them. */
  numberOf(bytes: Buffer, from: number, to: number, hash: number): number;
  /** Parses what is not yet parsed. Throws MalformedSnapshot for what is no JSON. */
  finish(): void;
}

/** Whether the bytes from `from` to `to` are those of `other` from `at` on. Of so few, a loop is faster than a call into native code. */
export function areSame(bytes: Buffer, from: number, to: number, other: Buffer, at: number): boolean {
  for (let i = from, j = at; i < to; i++, j++) if (bytes[i] !== other[j]) return false;
  return true;
}

/** Parsed together: a call for each would cost more than the parsing. */
const BATCH_BYTES = 2 ** 20;
const COMMA = 0x2c;

/** Frames are added to `frames` in the order of their numbers, late. */
export function createFrameTable(frames: ScriptFrame[]): FrameTable {
  /** The JSON of all frames, a comma behind each. */
  let texts = Buffer.allocUnsafe(2 ** 16);
  let used = 0;
  /** Up to here it was parsed. */
  let parsed = 0;
  /** By frame: where its JSON ends, and the hash of it. */
  const ends: number[] = [];
  const hashes: number[] = [];
  /** By hash: the number of a frame, counted from 1; the next place where another has the same. */
  let slots = new Int32Array(2 ** 12);
  const urls = new Map<string, string>();

  function place(hash: number, number: number): void {
    let slot = hash & (slots.length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = number;
  }

  function add(bytes: Buffer, from: number, to: number): void {
    while (used + to - from + 1 > texts.length) {
      const larger = Buffer.allocUnsafe(texts.length * 2);
      texts.copy(larger, 0, 0, used);
      texts = larger;
    }
    bytes.copy(texts, used, from, to);
    used += to - from;
    ends.push(used);
    texts[used++] = COMMA;
    if (used - parsed > BATCH_BYTES) finish();
  }

  function finish(): void {
    if (parsed === used) return;
    const json = `[${texts.toString('utf8', parsed, used - 1)}]`;
    parsed = used;
    try {
      for (const frame of JSON.parse(json)) frames.push(once(checkScriptFrame(frame)));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new MalformedSnapshot('an object in it is not JSON');
    }
    if (frames.length !== ends.length) throw new MalformedSnapshot('an object in it is not JSON');
  }

  /** Thousands of functions share a script: one text of its URL does for all. */
  function once(frame: ScriptFrame): ScriptFrame {
    const url = urls.get(frame.url);
    if (url === undefined) urls.set(frame.url, frame.url);
    else frame.url = url;
    return frame;
  }

  return {
    numberOf(bytes, from, to, hash) {
      for (let slot = hash & (slots.length - 1); slots[slot] !== 0; slot = (slot + 1) & (slots.length - 1)) {
        const number = slots[slot]! - 1;
        const start = number === 0 ? 0 : ends[number - 1]! + 1;
        const length = ends[number]! - start;
        if (hashes[number] === hash && length === to - from && areSame(bytes, from, to, texts, start))
          return number;
      }
      const number = ends.length;
      hashes.push(hash);
      add(bytes, from, to);
      if (ends.length * 2 > slots.length) {
        slots = new Int32Array(slots.length * 2);
        for (const [i, each] of hashes.entries()) place(each, i + 1);
      } else place(hash, number + 1);
      return number;
    },
    finish,
  };
}
