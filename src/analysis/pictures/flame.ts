// A thread's call tree as a picture: calls of one function at one place of the tree are one node, the small ones are left in
// their callers, and idle is beside it.
import type { CpuProfile } from '../../model/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import { type FlameFrame, type FlamePicture, PICTURE_BOUNDS } from '../../model/report/pictures.ts';
import { functionKey } from '../cpu/blame/blame.ts';
import { summarizeStates } from '../cpu/cpu.ts';
import { rounded } from './points.ts';

interface Node {
  frame: Frame | null;
  totalMicros: number;
  selfMicros: number;
  children: Map<string, Node>;
}

const IDLE = /^\((root|idle)\)$/;

/** Null when the thread did nothing but wait. */
export function drawFlame(profile: CpuProfile): FlamePicture | null {
  const root = merge(profile);
  if (root.totalMicros <= 0) return null;
  const picture: FlamePicture = {
    thread: profile.thread,
    threadName: profile.threadName,
    idleMillis: rounded(Math.max(0, summarizeStates(profile).idle) / 1_000),
    frames: [],
    parent: [],
    frame: [],
    totalMillis: [],
    selfMillis: [],
  };
  const frames = frameTable(picture.frames);
  const least = leastShown(root);
  const queue: { node: Node; parent: number }[] = [{ node: root, parent: -1 }];
  for (const { node, parent } of queue) {
    const index = picture.parent.length;
    if (index >= PICTURE_BOUNDS.flameNodes) break;
    picture.parent.push(parent);
    picture.frame.push(node.frame ? frames(node.frame) : -1);
    picture.totalMillis.push(rounded(node.totalMicros / 1_000));
    picture.selfMillis.push(rounded(node.selfMicros / 1_000));
    const shown = [...node.children.values()].filter(({ totalMicros }) => totalMicros >= least);
    shown.sort((a, b) => b.totalMicros - a.totalMicros);
    queue.push(...shown.map((child) => ({ node: child, parent: index })));
  }
  return picture;
}

/** V8 has a node for each line of a call; a picture has one for each function. */
function merge({ nodes }: CpuProfile): Node {
  const root: Node = { frame: null, totalMicros: 0, selfMicros: 0, children: new Map() };
  const merged: Node[] = [];
  for (const { index, parent, frame, selfMicros } of nodes) {
    const above = merged[parent] ?? root;
    merged[index] = isNoFrame(frame) ? root : isOwnWithin(frame, above) ? above : childOf(above, frame);
    if (merged[index] !== root) merged[index]!.selfMicros += Math.max(0, selfMicros);
  }
  addUp(root);
  return root;
}

const isNoFrame = ({ file, functionName }: Frame) => file === null && IDLE.test(functionName);

/** What culprit's own code calls is nobody's concern. */
const isOwnWithin = (frame: Frame, above: Node) => isOwn(frame) && above.frame !== null && isOwn(above.frame);

const isOwn = ({ file, functionName }: Frame) => file === null && functionName === '(culprit)';

function childOf(parent: Node, frame: Frame): Node {
  const key = functionKey(frame);
  const known = parent.children.get(key);
  if (known) return known;
  const made: Node = { frame, totalMicros: 0, selfMicros: 0, children: new Map() };
  parent.children.set(key, made);
  return made;
}

/** Without recursion: a forged profile may be as deep as it likes. */
function addUp(root: Node): void {
  const order: Node[] = [root];
  for (const node of order) order.push(...node.children.values());
  for (const node of order.reverse()) {
    node.totalMicros = node.selfMicros;
    for (const child of node.children.values()) node.totalMicros += child.totalMicros;
  }
}

/** The time from which on a node is drawn, so that no more are than fit. */
function leastShown(root: Node): number {
  const all: number[] = [];
  const order: Node[] = [root];
  for (const node of order) {
    all.push(node.totalMicros);
    order.push(...node.children.values());
  }
  all.sort((a, b) => b - a);
  return Math.max(root.totalMicros / 5_000, all[PICTURE_BOUNDS.flameNodes] ?? 0);
}

/** Numbers frames by what they show. */
function frameTable(list: FlameFrame[]): (frame: Frame) => number {
  const known = new Map<string, number>();
  return (frame) => {
    const key = functionKey(frame);
    const index = known.get(key) ?? list.length;
    if (index === list.length) {
      known.set(key, index);
      const { functionName, file, line, package: name, owner } = frame;
      list.push({ function: functionName, file, line, package: name, owner });
    }
    return index;
  };
}
