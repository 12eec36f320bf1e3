// Decoding what the target said keeps it alive: resolves the places of its functions.
import type { AliveKind, AliveThings, KeepAliveLook } from '../keep-alive.ts';
import type { FrameResolver } from './frame-resolver.ts';
import { decodeStack, type RawStackFrame } from './samples.ts';

export interface RawAliveGroup {
  kind: AliveKind;
  className: string;
  count: number;
  what: string;
  examples: string[];
  state: string;
  delay: number;
  through: string;
  frames: RawStackFrame[];
}

export interface RawKeepAlive {
  thread: number;
  atMillis: number;
  groups: RawAliveGroup[];
  unreferenced: RawAliveGroup[];
  idleHandles: number;
  cut: boolean;
  unlisted?: KeepAliveLook['unlisted'];
}

/** Looks in the order of their threads, the main one first. */
export function decodeKeepAlive(
  reads: RawKeepAlive[],
  resolver: FrameResolver,
  ownUrl: string,
): KeepAliveLook[] {
  const decode = ({ delay, frames, ...group }: RawAliveGroup): AliveThings => ({
    ...group,
    delayMillis: delay >= 0 ? delay : undefined,
    // Source maps may show that the nearest function is a bundled library's.
    frames: decodeStack(frames, resolver, ownUrl).toSorted(
      (a, b) => Number(b.owner === 'app') - Number(a.owner === 'app'),
    ),
  });
  return reads
    .map(({ groups, unreferenced, ...read }) => ({
      ...read,
      things: groups.map(decode),
      unreferenced: unreferenced.map(decode),
    }))
    .sort((a, b) => a.thread - b.thread);
}
