// The nodes of a long CPU profile, chunk by chunk.
import { MalformedSnapshot } from '../../../model/decode/heap-snapshot/malformed.ts';
import type { Section } from '../../../model/decode/heap-snapshot/section.ts';
import type { ProfileNodes } from '../../../model/decode/profile-nodes.ts';
import { createFrameTable } from './frame-table.ts';
import { CUT, NodeReader } from './node-reader.ts';
import { createWindow } from './window.ts';

const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const SPACE = 0x20;

/** Fills `nodes`; `most` is how many there may be. */
export function nodeListSection(nodes: ProfileNodes, most: number): Section {
  const frames = createFrameTable(nodes.frames);
  const reader = new NodeReader(nodes, frames);
  const window = createWindow();
  let isOpen = false;
  let isDone = false;

  /** Nodes from the start of the window on; returns where it stopped. */
  function readNodes(): number {
    const { bytes, filled } = window;
    reader.look(window);
    for (let at = 0; at < filled; ) {
      const byte = bytes[at]!;
      if (byte === OPEN && isOpen) {
        const end = reader.node(at);
        if (end === CUT) return at;
        if (nodes.count > most) throw new MalformedSnapshot('it has too many nodes');
        at = end;
      } else if (byte <= SPACE || (byte === COMMA && isOpen)) at++;
      else if (byte === OPEN_LIST && !isOpen) {
        isOpen = true;
        at++;
      } else if (byte === CLOSE_LIST && isOpen) {
        isDone = true;
        return at + 1;
      } else throw new MalformedSnapshot('its nodes contain something that is not a node');
    }
    return filled;
  }

  const section: Section = {
    done: false,
    consume(chunk, from) {
      const isGoingOn = window.filled > 0;
      window.append(chunk, from);
      if (isGoingOn && !window.isWhole()) return chunk.length;
      const end = readNodes();
      if (!isDone) {
        window.keep(end);
        return chunk.length;
      }
      frames.finish();
      section.done = true;
      return chunk.length - (window.filled - end);
    },
  };
  return section;
}
