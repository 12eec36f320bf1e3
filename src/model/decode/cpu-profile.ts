// Decoding V8's `.cpuprofile` into a call tree over a time line. The input may come from anybody: ids, links, sizes
// and times are checked once here, so that everything after may trust them.
import type { CallTreeNode, CpuProfile, SampleState } from '../cpu-profile.ts';
import type { Frame, RawFrame } from '../frame.ts';
import type { FrameResolver } from './frame-resolver.ts';
import { nodesOf } from './json-nodes.ts';
import { MalformedProfile } from './malformed-profile.ts';
import { ProfileNodes } from './profile-nodes.ts';
import { type ProfileTree, treeOf } from './profile-tree.ts';
import { withScriptUrls } from './script-urls.ts';
import {
  buildTimeline,
  isAmount,
  leaveOutNobodys,
  leaveOutPauses,
  median,
  type Nobodys,
  type OwnWork,
  timesOf,
} from './timeline.ts';

export { checkCallFrame } from './call-frame.ts';
export { MalformedProfile } from './malformed-profile.ts';
export type { OwnWork } from './timeline.ts';

/** V8's own default: used where a profile has hit counts but no times. */
const DEFAULT_INTERVAL_MICROS = 1_000;
/** Nobody samples less often. */
const MOST_HIT_MICROS = 1_000_000;
export const MAX_NODES = 4_000_000;
const MAX_SAMPLES = 20_000_000;
const MAX_DEPTH = 2_000;

/** Our own code in the target is like a built-in: its little time counts to whoever it interrupted. */
const OWN_FRAME: Frame = {
  functionName: '(culprit)',
  file: null,
  line: null,
  column: null,
  owner: 'native',
  package: null,
};

const NO_OWN_WORK: OwnWork = { url: '', pauses: [] };

export function decodeCpuProfile(
  content: unknown,
  resolver: FrameResolver,
  thread: { id: number; name: string },
  own: OwnWork = NO_OWN_WORK,
): CpuProfile {
  const { nodes: raw, samples, timeDeltas, startTime, endTime } = checkProfile(content);
  const tree = treeOf(raw);
  const { nodes, frames, states, indexes, amounts } = callTree(raw, tree, { resolver, ownUrl: own.url });
  const indexOf = (id: unknown) => {
    const place = tree.placeOf(id);
    return place < 0 ? -1 : indexes[place]!;
  };
  const times = timesOf(samples, timeDeltas);
  // Some engines sample running code only, and know no idle time.
  const knowsStates = states.some((state, i) => state === 'idle' || (state === 'program' && i > 0));
  const timeline = buildTimeline(samples, times.micros, { indexOf, states, areGapsPauses: !knowsStates });
  leaveOutPauses(timeline, own.pauses, startTime + times.firstMicros);
  leaveOutNobodys(timeline, nobodysOf(nodes, thread.id > 0 || frames.some(isOfWorker)));
  const { self, total } = amounts;
  for (let i = 0; i < timeline.node.length; i++) self[timeline.node[i]!]! += timeline.micros[i]!;
  if (timeline.node.length === 0) {
    const micros = hitMicros(raw, startTime, endTime);
    for (let i = 0; i < raw.count; i++) self[indexes[i]!]! += hitsOf(raw, i) * micros;
  }
  total.set(self);
  for (let i = nodes.length - 1; i > 0; i--) total[nodes[i]!.parent]! += total[i]!;
  return {
    thread: thread.id,
    threadName: thread.name,
    durationMicros: total[0]!,
    intervalMicros: median(timeline.micros) || DEFAULT_INTERVAL_MICROS,
    startClockMicros: startTime > 0 ? startTime + times.firstMicros : undefined,
    nodes,
    frames,
    samples: timeline,
    ...flawOf(samples.length, timeline.node.length, times.flawed),
  };
}

function nobodysOf(nodes: readonly CallTreeNode[], isWorker: boolean): Nobodys {
  const waits = new Uint8Array(nodes.length);
  const profilers = new Uint8Array(nodes.length);
  for (let i = 0; i < nodes.length; i++) {
    const { frame, parent } = nodes[i]!;
    if (isWait(frame) || (isWorker && isAtomicWait(frame))) waits[i] = 1;
    else if (isProfilers(frame, nodes[parent])) profilers[i] = 1;
  }
  return { waits, profilers };
}

const isWait = ({ functionName, file }: Frame) => file === null && functionName === 'waitForDebugger';

/**
 * V8 shows no `Atomics.wait` of its own and counts the sleep as time of its caller. Pools of workers (Piscina, Tinypool) have a
 * function for it, in which a worker without a task sleeps; of the main thread it would hold the event loop.
 */
const isAtomicWait = ({ functionName }: Frame) => /^_*atomics?_?wait/i.test(functionName);

const isOfWorker = ({ file }: Frame) =>
  file !== null && /^(?:node:)?internal\/main\/worker_thread(?:\.js)?$/.test(file);

/** A program that profiles itself does so through a session of the inspector. */
function isProfilers({ functionName, file }: Frame, caller: CallTreeNode | undefined): boolean {
  if (file !== null || functionName !== 'dispatch') return false;
  return caller?.frame.functionName === 'post' && /^(node:)?inspector(\.js)?$/.test(caller.frame.file ?? '');
}

/** Of all nodes of a tree, by index. */
interface Amounts {
  self: Float64Array;
  total: Float64Array;
  ticksOf(index: number): Map<number, number>;
}

/** Nodes are millions, and their lines are asked for of few: they are counted out when they are asked for. */
class DecodedNode implements CallTreeNode {
  constructor(
    readonly index: number,
    readonly parent: number,
    readonly frame: Frame,
    readonly frameNumber: number,
    private readonly amounts: Amounts,
  ) {}

  get selfMicros(): number {
    return this.amounts.self[this.index]!;
  }

  get totalMicros(): number {
    return this.amounts.total[this.index]!;
  }

  get lineTicks(): Map<number, number> {
    return this.amounts.ticksOf(this.index);
  }
}

interface Decoded {
  nodes: DecodedNode[];
  frames: Frame[];
  /** By node. */
  states: SampleState[];
  /** By place in the columns: the node that stands for it. */
  indexes: Int32Array;
  /** Times are 0 until they are filled in. */
  amounts: Amounts;
}

function callTree(
  raw: ProfileNodes,
  { order, parents }: ProfileTree,
  { resolver, ownUrl }: { resolver: FrameResolver; ownUrl: string },
): Decoded {
  const isOwn = (frame: RawFrame) => ownUrl !== '' && frame.url === ownUrl;
  const rawFrames = withScriptUrls(raw.frames);
  const frames = rawFrames.map((frame) => (isOwn(frame) ? OWN_FRAME : resolver.frame(frame)));
  const frameStates = rawFrames.map(stateOf);
  const nodes: DecodedNode[] = [];
  const states: SampleState[] = [];
  const indexes = new Int32Array(raw.count);
  const depths = new Uint16Array(raw.count);
  const places = new Int32Array(raw.count);
  const amounts: Amounts = {
    self: new Float64Array(raw.count),
    total: new Float64Array(raw.count),
    ticksOf(index) {
      const place = places[index]!;
      return lineTicks(raw, place, (line) => resolver.line(rawFrames[raw.frameOf[place]!]!, line));
    },
  };
  for (const place of order) {
    const parent = parents[place]! < 0 ? -1 : indexes[parents[place]!]!;
    const depth = parent < 0 ? 0 : depths[parent]! + 1;
    // V8 records 255 frames at most; a deeper tree is somebody else's, and its end counts as its 2,000th level.
    if (depth > MAX_DEPTH) {
      indexes[place] = parent;
      continue;
    }
    const index = nodes.length;
    indexes[place] = index;
    depths[index] = depth;
    places[index] = place;
    const number = raw.frameOf[place]!;
    nodes.push(new DecodedNode(index, parent, frames[number]!, number, amounts));
    states.push(frameStates[number]!);
  }
  return { nodes, frames, states, indexes, amounts };
}

function flawOf(samples: number, timed: number, wrong: number): Pick<CpuProfile, 'flaw'> {
  if (timed === 0) return { flaw: { code: 'profile-without-samples' } };
  return wrong > 0 ? { flaw: { code: 'profile-times-wrong', wrong, samples } } : {};
}

/** What one hit stands for in a profile without samples: they are spread over all of it. */
function hitMicros(nodes: ProfileNodes, startTime: number, endTime: number): number {
  let hits = 0;
  for (let i = 0; i < nodes.count; i++) hits += hitsOf(nodes, i);
  const micros = (endTime - startTime) / hits;
  return micros > 0 && micros < MOST_HIT_MICROS ? micros : DEFAULT_INTERVAL_MICROS;
}

function hitsOf({ hits }: ProfileNodes, place: number): number {
  const count = hits[place]!;
  return count >= 0 && count <= MAX_SAMPLES ? count : 0;
}

function checkProfile(content: unknown) {
  const profile = content as { nodes?: unknown; samples?: unknown; timeDeltas?: unknown } | null;
  if (typeof profile !== 'object' || profile === null) throw new MalformedProfile('it has no nodes');
  if (Array.isArray(profile.nodes) && profile.nodes.length > MAX_NODES)
    throw new MalformedProfile(`it has more than ${MAX_NODES} nodes`);
  const nodes = nodesOf(profile.nodes);
  if (nodes.count === 0) throw new MalformedProfile('it has no nodes');
  const samples = listOf(profile.samples);
  const timeDeltas = listOf(profile.timeDeltas);
  if (samples.length > MAX_SAMPLES) throw new MalformedProfile(`it has more than ${MAX_SAMPLES} samples`);
  const { startTime, endTime } = profile as { startTime?: unknown; endTime?: unknown };
  return {
    nodes,
    samples,
    timeDeltas,
    startTime: isAmount(startTime) ? startTime : 0,
    endTime: isAmount(endTime) ? endTime : 0,
  };
}

/** A very long profile has its numbers in an array of doubles. */
function listOf(value: unknown): ArrayLike<unknown> {
  return Array.isArray(value) || value instanceof Float64Array ? value : [];
}

function lineTicks(
  nodes: ProfileNodes,
  place: number,
  sourceLine: (scriptLine: number) => number | null,
): Map<number, number> {
  const found = new Map<number, number>();
  nodes.eachTick(place, (scriptLine, count) => {
    const line = sourceLine(scriptLine);
    if (line !== null) found.set(line, (found.get(line) ?? 0) + count);
  });
  return found;
}

/** V8's pseudo functions have no script. */
function stateOf(raw: RawFrame): SampleState {
  if (raw.url !== '') return 'code';
  // A program that was started with --inspect-brk runs nothing until a debugger comes.
  if (raw.functionName === '(idle)' || raw.functionName === 'waitForDebugger') return 'idle';
  if (raw.functionName === '(program)' || raw.functionName === '(root)') return 'program';
  return raw.functionName === '(garbage collector)' ? 'gc' : 'code';
}

/** The frames of a node, innermost first, without V8's root. */
export function framesOf(profile: CpuProfile, index: number): Frame[] {
  const frames: Frame[] = [];
  for (let i = index; i >= 0; i = profile.nodes[i]!.parent) frames.push(profile.nodes[i]!.frame);
  if (frames.at(-1)?.functionName === '(root)') frames.pop();
  return frames;
}

/** The ids of the scripts with this URL in a raw profile. */
export function scriptIdsOf(content: unknown, url: string): Set<string> {
  const { nodes } = (content ?? {}) as { nodes?: unknown };
  const frames =
    nodes instanceof ProfileNodes
      ? nodes.frames
      : (Array.isArray(nodes) ? nodes : []).map((node) => node?.callFrame);
  const own = frames.flatMap((frame) => (frame?.url === url ? frame.scriptId : []));
  return new Set(own.filter((id) => typeof id === 'string'));
}
