// What frames of a caught stack say: whose they are, and which stacks are the same.
import { ownerOf } from '../../model/owner/owner.ts';
import type { ProbeFrame } from '../probe-protocol.ts';

/** Of the program or of a library: not Node's own code. */
export function isUserFrame(frame: ProbeFrame): boolean {
  return ownerOf(String(frame[1])) !== 'node';
}

/** Equal for stacks of the same places. */
export function keyOf(frames: readonly ProbeFrame[]): string {
  return frames.map((frame) => `${frame[1]}:${frame[2]}:${frame[3]}`).join('|');
}

/** About how much memory a stack takes, bytes. */
export const BYTES_PER_FRAME = 96;
