// Which places in code a recording mentions: in V8's profiles and in the stacks the probe caught.
import type { CapturedFileKind, SampleLine } from '../../capture/sink.ts';
import { ownerOf } from '../../model/owner.ts';
import type { ScriptPosition } from './script-places.ts';

interface RawCallFrame {
  url?: unknown;
  lineNumber?: unknown;
  columnNumber?: unknown;
}

interface RawNode {
  callFrame?: RawCallFrame;
  positionTicks?: { line?: unknown }[];
  children?: unknown;
}

/** Which places were mentioned so far, each once. */
export interface PositionNotes {
  sample(line: SampleLine): void;
  profile(kind: CapturedFileKind, content: object): void;
  all(): Iterable<ScriptPosition>;
}

export function notePositions(): PositionNotes {
  const noted = new Map<string, ScriptPosition>();
  const note = (found: Iterable<ScriptPosition>) => {
    for (const position of found) noted.set(`${position.url}|${position.line}|${position.column}`, position);
  };
  return {
    sample: (line) => note(positionsInSample(line)),
    profile: (kind, content) => note(positionsInProfile(kind, content)),
    all: () => noted.values(),
  };
}

/** Places in a CPU or heap profile as V8 writes them; anything malformed is passed over. */
export function* positionsInProfile(kind: CapturedFileKind, content: object): Generator<ScriptPosition> {
  const nodes = kind === 'cpu-profile' ? cpuNodes(content) : heapNodes(content);
  for (const node of nodes) {
    const start = position(node.callFrame?.url, node.callFrame?.lineNumber, node.callFrame?.columnNumber);
    if (!start) continue;
    yield start;
    for (const tick of Array.isArray(node.positionTicks) ? node.positionTicks : []) {
      // Ticks name 1-based lines. In the function's own first line, its start says more than the line alone.
      const line = typeof tick?.line === 'number' ? tick.line - 1 : -1;
      if (line >= 0 && line !== start.line) yield { url: start.url, line, column: -1 };
    }
  }
}

function cpuNodes(content: object): RawNode[] {
  const { nodes } = content as { nodes?: unknown };
  return Array.isArray(nodes) ? nodes.filter(isObject) : [];
}

function* heapNodes(content: object): Generator<RawNode> {
  const stack: unknown[] = [(content as { head?: unknown }).head];
  while (stack.length > 0) {
    const node = stack.pop();
    if (!isObject(node)) continue;
    yield node;
    if (Array.isArray(node.children)) for (const child of node.children) stack.push(child);
  }
}

/** Places in the stacks of async resources, insertions and compilations. */
export function* positionsInSample(line: SampleLine): Generator<ScriptPosition> {
  const stacks = stacksIn(line);
  for (const frames of stacks) {
    for (const frame of frames) {
      const found = position(frame[1], frame[2], frame[3]);
      if (found) yield found;
    }
  }
}

function stacksIn(line: SampleLine): unknown[][][] {
  switch (line.type) {
    case 'async':
      return line.sites.map((site) => site.frames);
    case 'collections':
      return line.growing.flatMap((growing) => growing.insertions);
    case 'runtime':
      return line.stuckFrames ? [line.stuckFrames] : [];
    case 'pools':
      return line.pools.flatMap((pool) => pool.insertions);
    case 'thread-pool':
    case 'compilations':
      return line.sites.map((site) => site.frames);
    case 'closures':
      return [line.closures.map(({ frame }) => frame)];
    case 'alive':
      return [...line.groups, ...line.unreferenced].map(({ frames }) => frames);
    case 'walk':
      return [line.functions.map(({ name, url, line: at, column }) => [name, url, at, column])];
    case 'handlers':
      return [line.handlers.map(({ name, url, line: at, column }) => [name, url, at, column])];
    case 'passive':
    case 'turn':
    case 'census':
    case 'snapshot':
      return [];
  }
}

function position(url: unknown, line: unknown, column: unknown): ScriptPosition | null {
  if (typeof url !== 'string' || ownerOf(url) === 'node') return null;
  if (!Number.isInteger(line) || (line as number) < 0) return null;
  return { url, line: line as number, column: Number.isInteger(column) ? (column as number) : -1 };
}

function isObject(value: unknown): value is RawNode {
  return typeof value === 'object' && value !== null;
}
