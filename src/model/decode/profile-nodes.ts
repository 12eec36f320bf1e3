// The nodes of a CPU profile in columns: the numbers of all nodes side by side, each call frame once, and the lines on which
// samples fell packed into bytes. A long profile has millions of nodes and of lines, and an object for each takes longer to make
// than all of them take to read.
import type { RawFrame } from '../frame.ts';

/** A frame as V8 gives it, with the script that it is in. */
export interface ScriptFrame extends RawFrame {
  scriptId: string;
}

/** Beyond these no line and no count is one. */
const MOST = 0x7fff_ffff;
/** Of a line and its ticks, packed. */
const MOST_PACKED_BYTES = 10;
/** The lower seven bits of each byte are a part of a number; the highest says that another follows. */
const LOW = 0x7f;
const MORE = 0x80;

/**
 * One node is written at a time: its children and ticks first, then `endNode`. What was written of a node that is not ended may
 * be taken back.
 */
export class ProfileNodes {
  /** Filled by whoever reads the nodes. */
  readonly frames: ScriptFrame[] = [];
  count = 0;
  /** By node, as the file numbers them; NaN is no number. */
  ids = new Float64Array(1_024);
  /** By node: an index in `frames`. */
  frameOf = new Uint32Array(1_024);
  /** By node. */
  hits = new Float64Array(1_024);
  /** The ids of the children of all nodes, one node's after the other's. */
  children = new Float64Array(1_024);
  /** By node: behind its last child. */
  childEnds = new Uint32Array(1_024);
  private written = 0;
  private packed = new Uint8Array(4_096);
  /** By node: behind its last line, in bytes. */
  private tickEnds = new Uint32Array(1_024);
  private packedBytes = 0;

  dropChildren(): void {
    this.written = this.firstChild(this.count);
  }

  dropTicks(): void {
    this.packedBytes = this.firstTick(this.count);
  }

  addChild(id: number): void {
    if (this.written === this.children.length) this.children = longer(this.children);
    this.children[this.written++] = id;
  }

  /** `line` is 1-based. What is no line, or no count, is left out. */
  addTicks(line: number, ticks: number): void {
    if (!(line >= 0 && line <= MOST && ticks >= 0 && ticks <= MOST)) return;
    if (this.packedBytes + MOST_PACKED_BYTES > this.packed.length) this.packed = longer(this.packed);
    const { packed } = this;
    let at = this.packedBytes;
    let rest = line;
    for (; rest > LOW; rest >>>= 7) packed[at++] = (rest & LOW) | MORE;
    packed[at++] = rest;
    rest = ticks;
    for (; rest > LOW; rest >>>= 7) packed[at++] = (rest & LOW) | MORE;
    packed[at++] = rest;
    this.packedBytes = at;
  }

  /** `frame` is an index in `frames`. */
  endNode(id: number, frame: number, hits: number): void {
    if (this.count === this.ids.length) {
      this.ids = longer(this.ids);
      this.frameOf = longer(this.frameOf);
      this.hits = longer(this.hits);
      this.childEnds = longer(this.childEnds);
      this.tickEnds = longer(this.tickEnds);
    }
    const node = this.count++;
    this.ids[node] = id;
    this.frameOf[node] = frame;
    this.hits[node] = hits;
    this.childEnds[node] = this.written;
    this.tickEnds[node] = this.packedBytes;
  }

  /** Where the children of a node begin in `children`. */
  firstChild(node: number): number {
    return node === 0 ? 0 : this.childEnds[node - 1]!;
  }

  frame(node: number): ScriptFrame {
    return this.frames[this.frameOf[node]!]!;
  }

  hasTicks(node: number): boolean {
    return this.tickEnds[node]! > this.firstTick(node);
  }

  /** In the order of the file. */
  eachTick(node: number, take: (line: number, ticks: number) => void): void {
    const { packed } = this;
    const end = this.tickEnds[node]!;
    for (let at = this.firstTick(node); at < end; ) {
      let byte = packed[at++]!;
      let line = byte & LOW;
      for (let shift = 7; byte >= MORE; shift += 7) {
        byte = packed[at++]!;
        line |= (byte & LOW) << shift;
      }
      byte = packed[at++]!;
      let ticks = byte & LOW;
      for (let shift = 7; byte >= MORE; shift += 7) {
        byte = packed[at++]!;
        ticks |= (byte & LOW) << shift;
      }
      take(line, ticks);
    }
  }

  private firstTick(node: number): number {
    return node === 0 ? 0 : this.tickEnds[node - 1]!;
  }
}

function longer<T extends Float64Array | Uint32Array | Uint8Array>(values: T): T {
  const larger = new (values.constructor as new (length: number) => T)(values.length * 2);
  larger.set(values);
  return larger;
}
