// What grows in one place without being a collection: a string or bytes that are appended to, objects that link to each other,
// and those that inherit from each other. The place is read each time: a string is replaced by a longer one, the first node of a
// queue by the next.
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import { isLong } from '../../../probe/objects/long-values.ts';
import { chainLength, isLongChain } from '../../../probe/objects/prototype-chains.ts';
import type { InPlaceType } from '../wire.ts';

export interface GrownInPlace {
  /** From here to the next call no more nodes are counted than that takes a moment for. */
  begin(): void;
  /** Null: neither, or too little to be worth watching. */
  typeOf(value: unknown): InPlaceType | null;
  /** KiB of a text or of bytes, nodes of a list, objects of a chain; 0 where there is none now, NaN where there are more than can be counted. */
  sizeOf(value: unknown, type: InPlaceType): number;
}

/** Objects that belong together link to each other, too: a few of them. */
const LEAST_NODES = 16;
/** Of all lists and chains together: about two milliseconds. */
const MOST_NODES = 20_000;
const MOST_KEYS = 16;

export function createGrownInPlace({ own, isObject, keysOf, prototypeOf }: DataReads): GrownInPlace {
  let left = MOST_NODES;
  /** Of at most `most` nodes; a ring ends where it began. */
  const count = (head: object, key: PropertyKey, most: number): number => {
    const prototype = prototypeOf(head);
    let node: unknown = head;
    let nodes = 0;
    while (nodes < most && isObject(node) && prototypeOf(node) === prototype) {
      nodes++;
      node = own(node, key);
      if (node === head) break;
    }
    return nodes;
  };
  /** The property that leads from node to node; undefined where none does. */
  const linkOf = (head: object): PropertyKey | undefined =>
    keysOf(head)
      .slice(0, MOST_KEYS)
      .find((key) => isObject(own(head, key)) && count(head, key, LEAST_NODES) === LEAST_NODES);
  /** Timers wait in lists of Node's own, many in one: they are counted as timers, and none of them is the first of its list. */
  const isTimer = (value: object): boolean =>
    own(value, '_idleNext') !== undefined && own(value, '_idleTimeout') !== undefined;
  const isNode = (value: unknown): value is object =>
    isObject(value) && !Array.isArray(value) && !ArrayBuffer.isView(value) && !isTimer(value);
  const countNodes = (value: unknown, type: InPlaceType): number => {
    if (!isNode(value)) return 0;
    if (type === 'Chain') return chainLength(value, prototypeOf, left);
    const link = linkOf(value);
    return link === undefined ? 0 : count(value, link, left);
  };
  return {
    begin() {
      left = MOST_NODES;
    },
    typeOf(value) {
      if (isLong(value)) return typeof value === 'string' ? 'String' : 'Buffer';
      if (!isNode(value)) return null;
      if (isLongChain(value, prototypeOf)) return 'Chain';
      return linkOf(value) !== undefined ? 'List' : null;
    },
    sizeOf(value, type) {
      if (type === 'String') return typeof value === 'string' ? Math.round(value.length / 1024) : 0;
      if (type === 'Buffer') return ArrayBuffer.isView(value) ? Math.round(value.byteLength / 1024) : 0;
      const nodes = countNodes(value, type);
      const isWhole = nodes < left;
      left -= nodes;
      return isWhole ? nodes : Number.NaN;
    },
  };
}
