// The allocation stacks of a snapshot that was taken while V8 tracked them: its functions, and the tree that they are
// called in. Both are optional, and what is wrong in them is left out.
import type { AllocationTraces } from '../../heap/allocations.ts';
import { integerSection } from './integers.ts';
import type { SnapshotLayout } from './layout.ts';
import { MalformedSnapshot } from './malformed.ts';
import type { Section } from './section.ts';

/** What stands in these sections; which node has which stack stands with the nodes. */
export type TraceParts = Omit<AllocationTraces, 'nodes'>;

const MOST_FUNCTIONS = 1_000_000;
const MOST_STACKS = 4_000_000;
const MOST_DEPTH = 10_000;

/** null when this V8 writes other fields than we know. */
export function traceFunctionSection(layout: SnapshotLayout, target: TraceParts): Section | null {
  const { traceFields: field } = layout;
  if (Math.min(field.name, field.script, field.line, field.column) < 0) return null;
  return integerSection(field.count, 'functions', (values, rowCount) => {
    for (let row = 0; row < rowCount && target.functions.length < MOST_FUNCTIONS; row++) {
      const at = row * field.count;
      target.functions.push({
        name: values[at + field.name]!,
        script: values[at + field.script]!,
        line: values[at + field.line]!,
        column: values[at + field.column]!,
      });
    }
  });
}

/** Fields of a node of the tree, one after the other: id, function, count, size, and the list of its children. */
const CHILDREN = 4;
const ZERO = 0x30;
const NINE = 0x39;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** `[1,0,0,0,[2,7,3,120,[]]]`: fills `target.stacks`. */
export function traceTreeSection(target: TraceParts): Section {
  /** The ids of the nodes whose lists are open; 0 for the outermost. */
  const open: number[] = [];
  let field = 0;
  let id = 0;
  let value = 0;
  let isInNumber = false;

  function endNumber(): void {
    if (!isInNumber) return;
    isInNumber = false;
    if (field === 0) id = value;
    else if (field === 1 && target.stacks.size < MOST_STACKS && !target.stacks.has(id))
      target.stacks.set(id, { function: value, parent: open.at(-1)! });
    field += 1;
    value = 0;
  }

  function openList(): void {
    if (open.length > 0 && field !== CHILDREN)
      throw new MalformedSnapshot('its allocation tree is not a tree');
    if (open.length > MOST_DEPTH) throw new MalformedSnapshot('its allocation tree is too deep');
    open.push(open.length === 0 ? 0 : id);
    field = 0;
  }

  const section: Section = {
    done: false,
    consume(chunk, from) {
      for (let at = from; at < chunk.length; at++) {
        const byte = chunk[at]!;
        if (byte >= ZERO && byte <= NINE) {
          value = value * 10 + byte - ZERO;
          isInNumber = true;
          continue;
        }
        endNumber();
        if (byte === OPEN) openList();
        else if (byte === CLOSE) {
          open.pop();
          field = 0;
          if (open.length > 0) continue;
          section.done = true;
          return at + 1;
        } else if (byte !== COMMA && byte > 0x20)
          throw new MalformedSnapshot('its allocation tree contains something that is not a number');
      }
      return chunk.length;
    },
  };
  return section;
}
