// From V8's object id to the node that has it: an open hash over the ids, built when first asked.

const EMPTY = 0xffffffff;

/** Slots hold nodes; a node's place follows from its id. */
export type IdIndex = Uint32Array;

export function buildIdIndex(ids: Uint32Array): IdIndex {
  const slots = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(2, ids.length * 1.5)))).fill(EMPTY);
  for (let node = 0; node < ids.length; node++) {
    let slot = placeOf(ids[node]!, slots);
    // Two nodes with one id are a file's fault: the first wins, as it does in Chrome.
    while (slots[slot] !== EMPTY && ids[slots[slot]!] !== ids[node]) slot = (slot + 1) & (slots.length - 1);
    if (slots[slot] === EMPTY) slots[slot] = node;
  }
  return slots;
}

/** -1 when no node has this id. */
export function nodeWithId(slots: IdIndex, ids: Uint32Array, id: number): number {
  for (let slot = placeOf(id, slots); slots[slot] !== EMPTY; slot = (slot + 1) & (slots.length - 1)) {
    if (ids[slots[slot]!] === id) return slots[slot]!;
  }
  return -1;
}

function placeOf(id: number, slots: IdIndex): number {
  return (Math.imul(id, 0x9e3779b1) >>> 7) & (slots.length - 1);
}
