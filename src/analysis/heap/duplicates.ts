// Strings that are in a heap many times. Their contents may be secret: a length, a hash and a form stand for them.
import { createHash } from 'node:crypto';
import { NodeType } from '../../model/heap/heap-graph.ts';
import type { HeapDuplicate } from '../../model/heap/heap-report.ts';
import type { HeapView } from './heap-view.ts';

/** V8 cuts strings in snapshots here: two that are cut are the same only if their sizes are. */
const CUT_LENGTH = 1_024;
const FORM_LENGTH = 32;
const SHOWN_LENGTH = 80;

export interface Duplicates {
  top: HeapDuplicate[];
  /** Of all of them. */
  wastedBytes: number;
}

export function findDuplicates({ graph }: HeapView, top: number, showStrings: boolean): Duplicates {
  const counts = new Uint32Array(graph.stringCount);
  const sizes = new Uint32Array(graph.stringCount);
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (graph.nodeType(node) !== NodeType.string) continue;
    const bytes = graph.shallowBytes(node);
    const index = graph.nodeNameIndex(node);
    // Strings of read-only memory have no size. A cut string of another size is another string.
    if (bytes === 0 || (sizes[index] !== 0 && sizes[index] !== bytes)) continue;
    sizes[index] = bytes;
    counts[index]! += 1;
  }
  let wastedBytes = 0;
  const found: { index: number; wasted: number }[] = [];
  for (let index = 0; index < counts.length; index += 1) {
    if (counts[index]! < 2) continue;
    const wasted = (counts[index]! - 1) * sizes[index]!;
    wastedBytes += wasted;
    found.push({ index, wasted });
  }
  found.sort((a, b) => b.wasted - a.wasted || a.index - b.index);
  const describe = ({ index, wasted }: { index: number; wasted: number }): HeapDuplicate => ({
    ...describeText(graph.string(index), showStrings),
    count: counts[index]!,
    wastedBytes: wasted,
  });
  return { top: found.slice(0, top).map(describe), wastedBytes };
}

function describeText(
  text: string,
  showStrings: boolean,
): Pick<HeapDuplicate, 'text' | 'hash' | 'form' | 'length'> {
  return {
    text: showStrings ? text.slice(0, SHOWN_LENGTH) + (text.length > SHOWN_LENGTH ? '…' : '') : null,
    hash: createHash('sha256').update(text).digest('hex').slice(0, 8),
    form: formOf(text),
    length: Math.min(text.length, CUT_LENGTH),
  };
}

/** "GET /users/42" is "aaa /aaaaa/00": what it looks like, not what it says. */
function formOf(text: string): string {
  const form = text.slice(0, FORM_LENGTH).replace(/\p{L}/gu, 'a').replace(/\p{N}/gu, '0');
  return text.length > FORM_LENGTH ? `${form}…` : form;
}
