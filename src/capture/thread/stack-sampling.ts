// A CPU profile by polling: every few hundredths of a second the thread is asked for its stack, which the inspector answers
// between two of its functions. Starting V8's own profiler stops a program with a large heap for as long as V8 takes to walk
// it; polling never does. It sees JavaScript only, and native calls as the function that made them.
import { setTimeout as delay } from 'node:timers/promises';
import type { SignalThread } from '../../signals/live-signal.ts';
import type { StackNow } from '../../signals/runtime/wire.ts';
import type { WireFrame } from '../../wire/parts.ts';

export interface StackSampling {
  /** Ends the asking. Resolves with a profile in V8's form; null: nothing was answered. */
  stop(): Promise<object | null>;
}

/** Each answer takes the thread about a fifth of a millisecond. */
const INTERVAL_MILLIS = 30;
const MAX_SAMPLES = 40_000;

export function startStackSampling(
  { probe }: Pick<SignalThread, 'probe'>,
  intervalMillis = INTERVAL_MILLIS,
): StackSampling {
  const stacks: StackNow[] = [];
  let isOn = probe !== null;
  const asking = (async () => {
    while (isOn && probe && stacks.length < MAX_SAMPLES) {
      const stack = await probe.call('stackNow').catch(() => null);
      if (!stack) return;
      stacks.push(stack);
      await delay(intervalMillis);
    }
  })();
  return {
    async stop() {
      isOn = false;
      await asking;
      return stacks.length < 2 ? null : profileOf(stacks);
    },
  };
}

interface ProfileNode {
  id: number;
  callFrame: {
    functionName: string;
    scriptId: string;
    url: string;
    lineNumber: number;
    columnNumber: number;
  };
  hitCount: number;
  children: number[];
  positionTicks: { line: number; ticks: number }[];
}

/**
 * Exported for its test. A stack holds for the time since the one before: while native code runs nobody is answered, and the
 * answer comes from the function that called it. In V8's form a sample holds until the next, so that each goes one place up.
 * A function that returned between two stacks and runs again is another call, and gets a node of its own: nothing else was seen in
 * between that would tell two short calls from one long one.
 */
export function profileOf(stacks: readonly StackNow[]): object {
  const tree = createTree();
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  const startTime = stacks[0]!.clockMicros;
  let last = startTime;
  let delta = 0;
  for (const { clockMicros, microtasks, frames } of stacks.slice(1)) {
    samples.push(tree.add(frames, microtasks % 2 === 0 ? 'even' : 'odd'));
    timeDeltas.push(delta);
    delta = Math.max(0, clockMicros - last);
    last = clockMicros;
  }
  return { nodes: tree.nodes, startTime, endTime: last, samples, timeDeltas };
}

/** A function at one place of the tree, whichever of its lines was running: two calls of it are two nodes of one function. */
interface Place {
  callFrame: ProfileNode['callFrame'];
  calls: { even?: ProfileNode; odd?: ProfileNode };
  below: Map<string, Place>;
}

const ROOT: WireFrame = ['(root)', '', -1, -1];
const IDLE: WireFrame = ['(idle)', '', -1, -1];

function createTree() {
  const nodes: ProfileNode[] = [];
  const nodeOf = (callFrame: ProfileNode['callFrame'], parent?: ProfileNode): ProfileNode => {
    const node = { id: nodes.length + 1, callFrame, hitCount: 0, children: [], positionTicks: [] };
    nodes.push(node);
    parent?.children.push(node.id);
    return node;
  };
  const top = placeOf(ROOT);
  const root = nodeOf(top.callFrame);
  const nodeOfStack = (frames: readonly WireFrame[], call: keyof Place['calls']): ProfileNode => {
    let [place, node] = [top, root];
    for (const frame of [...frames].reverse()) {
      place = placeBelow(place, frame);
      place.calls[call] ??= nodeOf(place.callFrame, node);
      node = place.calls[call];
    }
    return node;
  };
  return {
    nodes,
    /** The id of the node that the stack ends in; of an empty one, that of the idle node. */
    add(frames: readonly WireFrame[], call: keyof Place['calls']): number {
      return frames.length === 0
        ? hit(nodeOfStack([IDLE], 'even'))
        : hit(nodeOfStack(frames, call), Number(frames[0]![2]) + 1);
    },
  };
}

function placeBelow({ below }: Place, frame: WireFrame): Place {
  const key = `${frame[0]}|${frame[1]}`;
  const place = below.get(key) ?? placeOf(frame);
  below.set(key, place);
  // Where a function begins is not known: the first of its lines that was seen running is nearest.
  place.callFrame.lineNumber = Math.min(place.callFrame.lineNumber, Number(frame[2]));
  return place;
}

function placeOf([functionName, url, lineNumber, columnNumber]: WireFrame): Place {
  const callFrame = {
    functionName: String(functionName ?? ''),
    scriptId: '0',
    url: String(url ?? ''),
    lineNumber: Number(lineNumber),
    columnNumber: Number(columnNumber),
  };
  return { callFrame, calls: {}, below: new Map() };
}

function hit(node: ProfileNode, line = 0): number {
  node.hitCount++;
  const known = node.positionTicks.find((ticks) => ticks.line === line);
  if (known) known.ticks++;
  else if (line > 0) node.positionTicks.push({ line, ticks: 1 });
  return node.id;
}
