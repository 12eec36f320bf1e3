// One node of a long CPU profile, read byte by byte into columns: no string, and no object, is made of it. What V8 writes is read
// by its layout; whatever else is JSON is left to the language.
import { MalformedSnapshot } from '../../../model/decode/heap-snapshot/malformed.ts';
import type { ProfileNodes } from '../../../model/decode/profile-nodes.ts';
import { isObject } from '../../../model/decode/unknown-json.ts';
import { areSame, type FrameTable } from './frame-table.ts';
import type { Window } from './window.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;
const ZERO = 0x30;

/** What a reader returns where the bytes end before the value does. */
export const CUT = -1;

const NO_FRAME = Buffer.from('{}');
const KEYS = ['id', 'callFrame', 'hitCount', 'children', 'positionTicks'] as const;
const KEY_BYTES = KEYS.map((key) => Buffer.from(key));

const word = (text: string): number => Buffer.from(text).readUInt32LE();
const [LINE_1, LINE_2] = [word('{"li'), word('ne":')];
const [TICKS_1, TICKS_2] = [word(',"ti'), word('cks"')];

/** FNV-1a. */
const HASH_START = 0x811c_9dc5;
const HASH_STEP = 0x0100_0193;

/** Its methods get the place of a value and return the place behind it, or CUT. */
export class NodeReader {
  private bytes: Buffer;
  private view: DataView;
  private filled = 0;
  /** What `number` has read. */
  private value = 0;
  /** What `frame` has read. */
  private frameNumber = 0;

  constructor(
    private readonly nodes: ProfileNodes,
    private readonly frames: FrameTable,
  ) {
    this.bytes = NO_FRAME;
    this.view = new DataView(NO_FRAME.buffer);
  }

  /** What is read from now on. */
  look({ bytes, filled }: Window): void {
    this.bytes = bytes;
    this.filled = filled;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  node(from: number): number {
    const { bytes, filled, nodes } = this;
    let id = Number.NaN;
    let hits = 0;
    let frame = -1;
    nodes.dropChildren();
    nodes.dropTicks();
    for (let at = from + 1; ; ) {
      at = this.skipSpace(at);
      if (at >= filled) return CUT;
      const byte = bytes[at]!;
      if (byte === COMMA) {
        at++;
        continue;
      }
      if (byte === CLOSE) {
        nodes.endNode(id, frame < 0 ? this.frames.numberOf(NO_FRAME, 0, NO_FRAME.length, 0) : frame, hits);
        return at + 1;
      }
      if (byte !== QUOTE) throw notJson();
      const end = this.endOfText(at);
      if (end === CUT) return CUT;
      const key = this.keyAt(at + 1, end - 1);
      at = this.skipSpace(end);
      if (at < filled && bytes[at] !== COLON) throw notJson();
      at = this.skipSpace(at + 1);
      if (at >= filled) return CUT;
      at = this.valueOf(key, at);
      if (at === CUT) return CUT;
      if (key === 'id') id = this.value;
      else if (key === 'hitCount') hits = this.value;
      else if (key === 'callFrame') frame = this.frameNumber;
    }
  }

  private keyAt(from: number, to: number): (typeof KEYS)[number] | null {
    for (let i = 0; i < KEYS.length; i++) {
      const key = KEY_BYTES[i]!;
      if (key.length === to - from && areSame(this.bytes, from, to, key, 0)) return KEYS[i]!;
    }
    return null;
  }

  private valueOf(key: (typeof KEYS)[number] | null, at: number): number {
    switch (key) {
      case 'positionTicks':
        return this.ticks(at);
      case 'children':
        return this.children(at);
      case 'callFrame':
        return this.frame(at);
      case 'id':
      case 'hitCount':
        return this.number(at);
      default:
        return this.endOfValue(at);
    }
  }

  /** A whole number by its digits; NaN for what is no number. */
  private number(from: number): number {
    const { bytes } = this;
    let at = from;
    let value = 0;
    for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO)
      value = value * 10 + digit;
    this.value = value;
    if (at > from && at < this.filled && (bytes[at] === COMMA || bytes[at] === CLOSE)) return at;
    const end = this.endOfValue(from);
    if (end === CUT) return CUT;
    const other = this.parsed(from, end);
    this.value = typeof other === 'number' ? other : Number.NaN;
    return end;
  }

  private frame(from: number): number {
    const { bytes, filled } = this;
    let hash = HASH_START;
    if (bytes[from] !== OPEN) {
      const end = this.endOfValue(from);
      if (end !== CUT) this.frameNumber = this.frames.numberOf(bytes, from, end, hash);
      return end;
    }
    let depth = 0;
    let isInText = false;
    for (let at = from; at < filled; ) {
      const byte = bytes[at++]!;
      hash = Math.imul(hash ^ byte, HASH_STEP);
      if (isInText) {
        if (byte === BACKSLASH) hash = Math.imul(hash ^ bytes[at++]!, HASH_STEP);
        else isInText = byte !== QUOTE;
      } else if (byte === QUOTE) isInText = true;
      else if (byte === OPEN) depth++;
      else if (byte === CLOSE && --depth === 0) {
        this.frameNumber = this.frames.numberOf(bytes, from, at, hash);
        return at;
      }
    }
    return CUT;
  }

  private children(from: number): number {
    const { bytes, filled, nodes } = this;
    nodes.dropChildren();
    if (bytes[from] === OPEN_LIST) {
      for (let at = from + 1; at < filled; at++) {
        const start = at;
        let id = 0;
        for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO)
          id = id * 10 + digit;
        if (at === start || at >= filled) break;
        nodes.addChild(id);
        if (bytes[at] === CLOSE_LIST) return at + 1;
        if (bytes[at] !== COMMA) break;
      }
    }
    nodes.dropChildren();
    const end = this.endOfValue(from);
    const list = end === CUT ? [] : this.parsed(from, end);
    if (Array.isArray(list)) for (const id of list) if (Number.isSafeInteger(id)) nodes.addChild(id);
    return end;
  }

  /** `[{"line":12,"ticks":3},...]`: nine bytes of ten in a long profile. */
  private ticks(from: number): number {
    const { bytes, view, filled, nodes } = this;
    nodes.dropTicks();
    let at = bytes[from] === OPEN_LIST ? from + 1 : filled;
    for (
      ;
      at < filled && view.getUint32(at, true) === LINE_1 && view.getUint32(at + 4, true) === LINE_2;
      at++
    ) {
      at += 8;
      let line = 0;
      for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO)
        line = line * 10 + digit;
      if (at >= filled || view.getUint32(at, true) !== TICKS_1 || view.getUint32(at + 4, true) !== TICKS_2)
        break;
      if (bytes[at - 1] === COLON || bytes[at + 8] !== COLON) break;
      at += 9;
      let count = 0;
      for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO)
        count = count * 10 + digit;
      if (bytes[at - 1] === COLON || bytes[at] !== CLOSE || ++at >= filled) break;
      nodes.addTicks(line, count);
      if (bytes[at] === CLOSE_LIST) return at + 1;
      if (bytes[at] !== COMMA) break;
    }
    return this.otherTicks(from);
  }

  private otherTicks(from: number): number {
    const { nodes } = this;
    nodes.dropTicks();
    const end = this.endOfValue(from);
    const list = end === CUT || end - from === 2 ? [] : this.parsed(from, end);
    for (const tick of Array.isArray(list) ? list : [])
      if (isObject(tick) && typeof tick.line === 'number' && typeof tick.ticks === 'number')
        nodes.addTicks(tick.line, tick.ticks);
    return end;
  }

  private skipSpace(from: number): number {
    const { bytes, filled } = this;
    let at = from;
    while (at < filled && bytes[at]! <= SPACE) at++;
    return at;
  }

  /** Behind the closing quote. */
  private endOfText(from: number): number {
    const { bytes, filled } = this;
    let at = from + 1;
    while (at < filled && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
    return at < filled ? at + 1 : CUT;
  }

  /** Of any value. What is inside is not checked, only where it ends. */
  private endOfValue(from: number): number {
    const { bytes, filled } = this;
    let depth = 0;
    for (let at = from; at < filled; ) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        at = this.endOfText(at);
        if (at === CUT || depth === 0) return at;
        continue;
      }
      if (depth === 0 && (byte === COMMA || byte === CLOSE || byte === CLOSE_LIST)) return at;
      at++;
      if (byte === OPEN || byte === OPEN_LIST) depth++;
      else if ((byte === CLOSE || byte === CLOSE_LIST) && --depth === 0) return at;
    }
    return CUT;
  }

  private parsed(from: number, to: number): unknown {
    try {
      return JSON.parse(this.bytes.toString('utf8', from, to));
    } catch {
      throw notJson();
    }
  }
}

const notJson = () => new MalformedSnapshot('an object in it is not JSON');
