// Decoding V8's `.cpuprofile` into a call tree over a time line. The input may come from anybody: ids, links, sizes
// and times are checked once here, so that everything after may trust them.
import type { CallTreeNode, CpuProfile, SampleState } from '../cpu-profile.ts';
import type { Frame, RawFrame } from '../frame.ts';
import type { FrameResolver } from './frame-resolver.ts';
import { MalformedProfile } from './malformed-profile.ts';
import { buildTimeline, isAmount, leaveOutPauses, median, type OwnWork, timesOf } from './timeline.ts';

export { MalformedProfile } from './malformed-profile.ts';
export type { OwnWork } from './timeline.ts';

interface RawNode {
  id: number;
  raw: RawFrame;
  hitCount: number;
  children: number[];
  ticks: [line: number, ticks: number][];
}

/** V8's own default: used where a profile has hit counts but no times. */
const DEFAULT_INTERVAL_MICROS = 1_000;
/** Nobody samples less often. */
const MOST_HIT_MICROS = 1_000_000;
const MAX_NODES = 2_000_000;
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
  const { nodes: rawNodes, samples, timeDeltas, startTime, endTime } = checkProfile(content);
  const byId = new Map(rawNodes.map((node) => [node.id, node]));
  if (byId.size !== rawNodes.length) throw new MalformedProfile('two nodes have the same id');
  const nodes: CallTreeNode[] = [];
  const indexOf = new Map<number, number>();
  const states: SampleState[] = [];
  const depths: number[] = [];
  for (const [raw, parentId] of inTreeOrder(rawNodes, byId)) {
    const parent = parentId === null ? -1 : indexOf.get(parentId)!;
    // V8 records 255 frames at most; a deeper tree is somebody else's, and its end counts as its 2,000th level.
    if ((depths[parent] ?? -1) >= MAX_DEPTH) {
      indexOf.set(raw.id, parent);
      continue;
    }
    const index = nodes.length;
    indexOf.set(raw.id, index);
    depths.push((depths[parent] ?? -1) + 1);
    const isOwn = own.url !== '' && raw.raw.url === own.url;
    nodes.push({
      index,
      parent,
      frame: isOwn ? OWN_FRAME : resolver.frame(raw.raw),
      selfMicros: 0,
      totalMicros: 0,
      lineTicks: lineTicks(raw, resolver),
    });
    states.push(stateOf(raw.raw));
  }
  const times = timesOf(samples, timeDeltas);
  // Some engines sample running code only, and know no idle time.
  const knowsStates = states.some((state, i) => state === 'idle' || (state === 'program' && i > 0));
  const timeline = buildTimeline(samples, times.micros, { indexOf, states, areGapsPauses: !knowsStates });
  leaveOutPauses(timeline, own.pauses, startTime + times.firstMicros);
  for (let i = 0; i < timeline.node.length; i++) nodes[timeline.node[i]!]!.selfMicros += timeline.micros[i]!;
  if (timeline.node.length === 0) {
    const micros = hitMicros(rawNodes, startTime, endTime);
    for (const raw of rawNodes) nodes[indexOf.get(raw.id)!]!.selfMicros += raw.hitCount * micros;
  }
  for (const node of nodes) node.totalMicros = node.selfMicros;
  for (let i = nodes.length - 1; i > 0; i--) nodes[nodes[i]!.parent]!.totalMicros += nodes[i]!.totalMicros;
  const durationMicros = nodes[0]!.totalMicros;
  return {
    thread: thread.id,
    threadName: thread.name,
    durationMicros,
    intervalMicros: median(timeline.micros) || DEFAULT_INTERVAL_MICROS,
    startClockMicros: startTime > 0 ? startTime + times.firstMicros : undefined,
    nodes,
    samples: timeline,
    ...flawOf(samples.length, timeline.node.length, times.flawed),
  };
}

function flawOf(samples: number, timed: number, wrong: number): Pick<CpuProfile, 'flaw'> {
  if (timed === 0) return { flaw: { code: 'profile-without-samples' } };
  return wrong > 0 ? { flaw: { code: 'profile-times-wrong', wrong, samples } } : {};
}

/** What one hit stands for in a profile without samples: they are spread over all of it. */
function hitMicros(nodes: readonly RawNode[], startTime: number, endTime: number): number {
  const hits = nodes.reduce((sum, { hitCount }) => sum + hitCount, 0);
  const micros = (endTime - startTime) / hits;
  return micros > 0 && micros < MOST_HIT_MICROS ? micros : DEFAULT_INTERVAL_MICROS;
}

function checkProfile(content: unknown) {
  const profile = content as { nodes?: unknown; samples?: unknown; timeDeltas?: unknown } | null;
  if (
    typeof profile !== 'object' ||
    profile === null ||
    !Array.isArray(profile.nodes) ||
    profile.nodes.length === 0
  ) {
    throw new MalformedProfile('it has no nodes');
  }
  if (profile.nodes.length > MAX_NODES) throw new MalformedProfile(`it has more than ${MAX_NODES} nodes`);
  const samples = listOf(profile.samples);
  const timeDeltas = listOf(profile.timeDeltas);
  if (samples.length > MAX_SAMPLES) throw new MalformedProfile(`it has more than ${MAX_SAMPLES} samples`);
  const { startTime, endTime } = profile as { startTime?: unknown; endTime?: unknown };
  const urls = urlsByScript(profile.nodes);
  return {
    nodes: profile.nodes.map((node) => checkNode(node, urls)),
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

type UncheckedFrame = Partial<Record<keyof RawFrame | 'scriptId', unknown>>;

/**
 * V8 leaves out the URL of some functions that it has inlined; other nodes of their script have it. An id with several URLs, as
 * other tools write it, names no script: "".
 */
function urlsByScript(nodes: readonly unknown[]): Map<unknown, string> {
  const urls = new Map<unknown, string>();
  for (const node of nodes) {
    const { scriptId, url } = (node as { callFrame?: UncheckedFrame } | null)?.callFrame ?? {};
    if (typeof scriptId !== 'string' || typeof url !== 'string' || url === '') continue;
    urls.set(scriptId, (urls.get(scriptId) ?? url) === url ? url : '');
  }
  return urls;
}

function checkNode(value: unknown, urls: ReadonlyMap<unknown, string>): RawNode {
  const node = value as {
    id?: unknown;
    callFrame?: UncheckedFrame;
    hitCount?: unknown;
    children?: unknown;
    positionTicks?: unknown;
  };
  if (typeof node !== 'object' || node === null || !Number.isSafeInteger(node.id))
    throw new MalformedProfile('a node has no id');
  const raw = checkCallFrame(node.callFrame);
  return {
    id: node.id as number,
    // What is built in has no line.
    raw:
      raw.url === '' && raw.lineNumber >= 0 ? { ...raw, url: urls.get(node.callFrame?.scriptId) ?? '' } : raw,
    hitCount: isAmount(node.hitCount) && node.hitCount <= MAX_SAMPLES ? node.hitCount : 0,
    children: Array.isArray(node.children) ? node.children.filter(Number.isSafeInteger) : [],
    ticks: (Array.isArray(node.positionTicks) ? node.positionTicks : [])
      .filter((tick) => isAmount(tick?.line) && isAmount(tick?.ticks))
      .map((tick) => [tick.line, tick.ticks]),
  };
}

/** A call frame with every field of the right type, whatever was there. */
export function checkCallFrame(callFrame: Partial<Record<keyof RawFrame, unknown>> | undefined): RawFrame {
  const { functionName, url, lineNumber, columnNumber } = callFrame ?? {};
  return {
    functionName: typeof functionName === 'string' ? functionName : '',
    url: typeof url === 'string' ? url : '',
    lineNumber: Number.isSafeInteger(lineNumber) ? (lineNumber as number) : -1,
    columnNumber: Number.isSafeInteger(columnNumber) ? (columnNumber as number) : -1,
  };
}

/** Every node with its parent's id, parents first. Throws when the links are not a tree. */
function* inTreeOrder(
  rawNodes: RawNode[],
  byId: Map<number, RawNode>,
): Generator<[node: RawNode, parentId: number | null]> {
  const hasParent = new Set(rawNodes.flatMap((node) => node.children));
  const roots = rawNodes.filter((node) => !hasParent.has(node.id));
  if (roots.length !== 1)
    throw new MalformedProfile(`its nodes do not form one tree (${roots.length} roots)`);
  const queue: [RawNode, number | null][] = [[roots[0]!, null]];
  const seen = new Set<number>();
  for (let i = 0; i < queue.length; i++) {
    const [node] = queue[i]!;
    if (seen.has(node.id)) throw new MalformedProfile('a node has two parents');
    seen.add(node.id);
    yield queue[i]!;
    for (const id of node.children) {
      const child = byId.get(id);
      if (!child) throw new MalformedProfile('a node names a child that does not exist');
      queue.push([child, node.id]);
    }
  }
  if (seen.size !== rawNodes.length) throw new MalformedProfile('its nodes hold a cycle');
}

function lineTicks(node: RawNode, resolver: FrameResolver): Map<number, number> {
  const ticks = new Map<number, number>();
  for (const [scriptLine, count] of node.ticks) {
    const line = resolver.line(node.raw, scriptLine);
    if (line !== null) ticks.set(line, (ticks.get(line) ?? 0) + count);
  }
  return ticks;
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
  const { nodes } = (content ?? {}) as { nodes?: { callFrame?: { url?: unknown; scriptId?: unknown } }[] };
  const own = (Array.isArray(nodes) ? nodes : []).flatMap((node) =>
    node?.callFrame?.url === url ? node.callFrame.scriptId : [],
  );
  return new Set(own.filter((id) => typeof id === 'string'));
}
