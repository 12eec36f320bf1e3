// Decoding V8's sampling heap profile (`.heapprofile`) into live bytes by allocation stack.
import type { Frame, RawFrame } from '../frame.ts';
import type { HeapSamplingRead } from '../memory/heap-sampling.ts';
import { checkCallFrame } from './cpu-profile.ts';
import type { FrameResolver } from './frame-resolver.ts';
import { MalformedProfile } from './malformed-profile.ts';

interface RawHeapNode {
  callFrame?: Partial<Record<keyof RawFrame | 'scriptId', unknown>>;
  selfSize?: unknown;
  children?: unknown;
}

const MAX_NODES = 1_000_000;
/** More than any heap has. */
const MAX_BYTES = 1e13;
/** V8 records 128 frames. */
const MAX_DEPTH = 256;

/**
 * `ownScripts` are the ids of scripts that we ran in the target: this profile leaves out the URL that they were given.
 * Throws MalformedProfile when the content is not a sampling heap profile.
 */
export function decodeHeapProfile(
  content: unknown,
  resolver: FrameResolver,
  thread: number,
  atMillis: number,
  ownScripts: ReadonlySet<string> = new Set(),
): HeapSamplingRead {
  const head = (content as { head?: unknown } | null)?.head;
  if (typeof head !== 'object' || head === null) throw new MalformedProfile('it has no head');
  const stacks: HeapSamplingRead['stacks'] = [];
  const pending: { node: RawHeapNode; frames: Frame[]; isOwn: boolean }[] = [
    { node: head, frames: [], isOwn: false },
  ];
  let flawed = 0;
  for (let visited = 0; pending.length > 0; visited++) {
    if (visited > MAX_NODES) throw new MalformedProfile(`it has more than ${MAX_NODES} nodes`);
    const { node, frames: callers, isOwn: isCallerOwn } = pending.pop()!;
    const raw = checkCallFrame(node.callFrame);
    const isOwn = isCallerOwn || ownScripts.has(node.callFrame?.scriptId as string);
    const frames = node === head || callers.length > MAX_DEPTH ? callers : [resolver.frame(raw), ...callers];
    const isSize = typeof node.selfSize === 'number' && node.selfSize >= 0 && node.selfSize <= MAX_BYTES;
    if (!isSize && node !== head) flawed++;
    const bytes = isSize ? (node.selfSize as number) : 0;
    if (bytes > 0 && !isOwn) stacks.push({ frames, liveBytes: bytes });
    for (const child of Array.isArray(node.children) ? node.children : []) {
      if (typeof child === 'object' && child !== null) pending.push({ node: child, frames, isOwn });
    }
  }
  return {
    thread,
    atMillis,
    stacks,
    ...(flawed > 0 && { flaw: { code: 'profile-sizes-wrong' as const, wrong: flawed } }),
  };
}
