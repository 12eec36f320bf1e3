// Profiles of Hermes, the engine of React Native: trace events whose samples name stack frames, with strings for numbers.
import { isObject, listIn, numberIn, objectIn, textIn } from '../../model/decode/unknown-json.ts';
import type { RawFrame } from '../../model/frame.ts';
import { createRawProfile, type ForeignProfile, type RawProfileBuilder, stateFrame } from './raw-profile.ts';

export function isHermes(content: unknown): content is Record<string, unknown> {
  return isObject(content) && Array.isArray(content.samples) && isObject(content.stackFrames);
}

const MAX_DEPTH = 2_000;

/** One profile for each thread, the one with most samples first. */
export function fromHermes(content: Record<string, unknown>): ForeignProfile[] {
  const frames = new Map(Object.entries(objectIn(content.stackFrames)));
  const samplesByThread = new Map<string, unknown[]>();
  for (const sample of listIn(content, 'samples')) {
    const thread = String(numberIn(sample, 'tid') ?? '');
    const known = samplesByThread.get(thread);
    if (known) known.push(sample);
    else samplesByThread.set(thread, [sample]);
  }
  return [...samplesByThread]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([thread, samples], i) => ({
      kind: 'cpu-profile' as const,
      threadName: i === 0 ? 'main' : `thread ${thread}`,
      content: profileOf(samples, frames),
    }));
}

function profileOf(samples: readonly unknown[], frames: Map<string, unknown>): object {
  const profile = createRawProfile();
  const placed = new Map<string, number>();
  for (const sample of samples) {
    const at = numberIn(sample, 'ts');
    const leaf = numberIn(sample, 'sf');
    if (at !== null && leaf !== null) profile.sample(nodeOf(String(leaf), { profile, frames, placed }), at);
  }
  return profile.finish();
}

interface Tree {
  profile: RawProfileBuilder;
  frames: Map<string, unknown>;
  placed: Map<string, number>;
}

/** Frames name their parents; those of a cycle or of an unknown parent stand under the root. */
function nodeOf(id: string, { profile, frames, placed }: Tree): number {
  const path: string[] = [];
  let at = id;
  while (frames.has(at) && !placed.has(at) && path.length < MAX_DEPTH && !path.includes(at)) {
    path.push(at);
    at = String(numberIn(frames.get(at), 'parent') ?? '');
  }
  let node = placed.get(at) ?? profile.root;
  for (const each of path.reverse()) {
    const frame = frameOf(frames.get(each));
    if (frame !== null) node = profile.node(node, frame);
    placed.set(each, node);
  }
  return node;
}

/** "render(http://localhost:8081/index.bundle:120:33)", "[GC Young Gen]", "[root]"; null for the root. Lines are 1-based. */
function frameOf(frame: unknown): RawFrame | null {
  const name = textIn(frame, 'name');
  if (name === '' || name === '[root]' || name === '(root)') return null;
  if (textIn(frame, 'category') === 'GC' || /^\[GC\b/.test(name)) return stateFrame('(garbage collector)');
  if (/^\[?(idle|Host Function Idle)\]?$/i.test(name)) return stateFrame('(idle)');
  const found = /^(.*?)\((.+):(\d+):(\d+)\)$/s.exec(name);
  if (!found) return stateFrame(name);
  const [, functionName = '', url = '', line, column] = found;
  // The place in brackets is where the function begins; funcLine says so, too, in newer versions.
  return {
    functionName,
    url,
    lineNumber: (numberIn(frame, 'funcLine') ?? Number(line)) - 1,
    columnNumber: (numberIn(frame, 'funcColumn') ?? Number(column)) - 1,
  };
}
