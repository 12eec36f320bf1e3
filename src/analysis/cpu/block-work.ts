// What a block of the event loop was busy with: where most of it was spent, and what kind of work that is.
import { CODE, type CpuProfile } from '../../model/cpu-profile.ts';
import { framesOf } from '../../model/decode/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import { type WidestPath, widestPath } from './blame/widest-path.ts';
import { classifyWork, type Work } from './work.ts';

export interface BlockSamples {
  fromSample: number;
  toSample: number;
  /** The outermost user code: the callback itself. */
  node: number;
}

/** Of the longest block of a function. */
export interface BlockWork {
  /** The stack at the longest block, innermost first: from where most of that time was spent outwards. */
  frames: Frame[];
  /** Of the longest block, the part in `frames` and what the innermost of them called, 0..1. */
  framesShare: number;
  /** Over how many calls that part is spread; 0: it is the innermost one's own. */
  calleeCount: number;
  /** 1-based, of the innermost of `frames` where that part is its own; null when unknown. */
  hotLine: number | null;
  work: Work;
  /** Work of other kinds than `work` that has a large part of it, the most first. */
  others: WorkPart[];
}

export interface WorkPart {
  work: Work;
  /** Of the longest block, 0..1. */
  share: number;
  /** Who calls it: the innermost frame of the application or a package. */
  frame: Frame;
}

/** A smaller part is not what to mend first. */
const LEAST_PART = 0.3;

type TextOf = (file: string, line: number) => string | undefined;

export function workOf(profile: CpuProfile, block: BlockSamples, textOf: TextOf): BlockWork {
  const self = selfMicros(profile, block);
  const path = widestPath(profile, self) ?? {
    node: block.node,
    share: 1,
    ownShare: 0,
    calleeCount: self.size,
  };
  const frames = framesOf(profile, path.node);
  const hot = hotLineOf(profile, path, textOf);
  const work = mostWork(profile, self) ?? classifyWork(frames, hot?.text);
  return {
    frames,
    framesShare: path.share,
    calleeCount: isOwn(path) ? 0 : path.calleeCount,
    hotLine: hot?.line ?? null,
    work,
    others: partsOf(profile, self, textOf).filter((part) => part.work.kind !== work.kind),
  };
}

/** By kind, those with a name that have a large part. */
function partsOf(profile: CpuProfile, self: ReadonlyMap<number, number>, textOf: TextOf): WorkPart[] {
  const parts = new Map<string, { work: Work; frame: Frame; micros: number }>();
  let all = 0;
  for (const [node, micros] of self) {
    all += micros;
    const frames = framesOf(profile, node);
    const frame = frames.find(({ owner }) => owner === 'app' || owner === 'library');
    const hot = hotLineOf(profile, { node, share: 1, ownShare: 1 }, textOf);
    const work = classifyWork(frames, hot?.text);
    if (!frame || work.kind === 'plain' || work.kind === 'serving') continue;
    const known = parts.get(work.kind);
    if (!known) parts.set(work.kind, { work, frame, micros });
    else known.micros += micros;
  }
  return [...parts.values()]
    .map(({ work, frame, micros }) => ({ work, frame, share: micros / all }))
    .filter(({ share }) => share >= LEAST_PART)
    .sort((a, b) => b.share - a.share);
}

/** By node, in samples of code. */
export function selfMicros(
  { samples }: CpuProfile,
  { fromSample, toSample }: BlockSamples,
): Map<number, number> {
  const self = new Map<number, number>();
  for (let i = fromSample; i < toSample; i++) {
    if (samples.state[i] !== CODE) continue;
    self.set(samples.node[i]!, (self.get(samples.node[i]!) ?? 0) + samples.micros[i]!);
  }
  return self;
}

function isOwn({ share, ownShare }: Pick<WidestPath, 'share' | 'ownShare'>): boolean {
  return ownShare >= share / 2;
}

/** A call of Node's that holds the larger part of the block, wherever in it it was made. */
function mostWork(profile: CpuProfile, self: ReadonlyMap<number, number>): Work | null {
  const byKind = new Map<string, { work: Work; micros: number }>();
  let all = 0;
  for (const [leaf, micros] of self) {
    all += micros;
    const work = classifyWork(framesOf(profile, leaf), undefined);
    if (work.kind === 'plain' || work.kind === 'serving') continue;
    const entry = byKind.get(work.kind) ?? { work, micros: 0 };
    entry.micros += micros;
    byKind.set(work.kind, entry);
  }
  const [first] = [...byKind.values()].sort((a, b) => b.micros - a.micros);
  return first && first.micros > all / 2 ? first.work : null;
}

/**
 * V8 counts ticks by line for the whole profile, not for one block: good enough to read what the function does. Null also where
 * the file has no such line: then it is that of a function which was inlined.
 */
function hotLineOf(
  profile: CpuProfile,
  path: Pick<WidestPath, 'node' | 'share' | 'ownShare'>,
  textOf: TextOf,
): { line: number; text: string } | null {
  // A line of a function that mostly waits for what it calls says nothing of the work.
  if (!isOwn(path)) return null;
  const { frame, lineTicks } = profile.nodes[path.node]!;
  if (frame.file === null) return null;
  const line = hottestOf(lineTicks);
  if (line === undefined || line < (frame.line ?? 0)) return null;
  const text = textOf(frame.file, line);
  return text === undefined ? null : { line, text };
}

function hottestOf(lineTicks: ReadonlyMap<number, number>): number | undefined {
  let hottest: number | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const [line, ticks] of lineTicks) {
    if (ticks <= most) continue;
    hottest = line;
    most = ticks;
  }
  return hottest;
}
