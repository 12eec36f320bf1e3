// Which places in code a recording mentions: in V8's profiles and in the stacks the probe caught.
import { ProfileNodes } from '../../model/decode/profile-nodes.ts';
import { ownerOf } from '../../model/owner/owner.ts';
import type { CapturedFileKind, SampleLine } from '../../signals/sink.ts';
import type { ScriptPosition } from './script-position.ts';

interface RawCallFrame {
  functionName?: unknown;
  url?: unknown;
  lineNumber?: unknown;
  columnNumber?: unknown;
}

interface RawNode {
  id?: unknown;
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
    for (const position of found) {
      const { url, line, column, of = '', variable = '' } = position;
      noted.set(`${url}|${line}|${column}|${of}|${variable}`, position);
    }
  };
  return {
    sample: (line) => note(positionsInSample(line)),
    profile: (kind, content) => note(positionsInProfile(kind, content)),
    all: () => noted.values(),
  };
}

/** Places in a CPU or heap profile as V8 writes them; anything malformed is passed over. */
export function* positionsInProfile(
  kind: CapturedFileKind,
  content: object,
  areLinesAsked: (url: string) => boolean = () => true,
): Generator<ScriptPosition> {
  const { nodes } = content as { nodes?: unknown };
  if (nodes instanceof ProfileNodes) {
    yield* positionsInColumns(nodes, areLinesAsked);
    return;
  }
  const all = kind === 'cpu-profile' ? cpuNodes(nodes) : heapNodes(content);
  if (kind === 'cpu-profile') yield* callsOfNative(cpuNodes(nodes), areLinesAsked);
  for (const node of all) {
    const start = startOf(node.callFrame ?? {});
    if (!start) continue;
    yield start;
    if (!areLinesAsked(start.url)) continue;
    for (const tick of Array.isArray(node.positionTicks) ? node.positionTicks : []) {
      // Ticks name 1-based lines. In the function's own first line, its start says more than the line alone.
      const line = typeof tick?.line === 'number' ? tick.line - 1 : -1;
      if (line >= 0 && line !== start.line) yield { url: start.url, line, column: -1 };
    }
  }
}

/** Ticks of a native function, which has no file, name lines of its caller. */
function* callsOfNative(
  nodes: readonly RawNode[],
  areLinesAsked: (url: string) => boolean,
): Generator<ScriptPosition> {
  const callers = new Map<unknown, string>();
  for (const { callFrame, children } of nodes) {
    const url = startOf(callFrame ?? {})?.url;
    if (url && areLinesAsked(url) && Array.isArray(children))
      for (const child of children) callers.set(child, url);
  }
  for (const { id, callFrame, positionTicks } of nodes) {
    const url = callFrame?.url === '' ? callers.get(id) : undefined;
    for (const tick of url && Array.isArray(positionTicks) ? positionTicks : []) {
      const line = typeof tick?.line === 'number' ? tick.line - 1 : -1;
      if (line >= 0) yield { url: url!, line, column: -1 };
    }
  }
}

/** Each place once: the lines of a long profile are millions, and few of them are different. */
function* positionsInColumns(
  nodes: ProfileNodes,
  areLinesAsked: (url: string) => boolean,
): Generator<ScriptPosition> {
  const ofPlatform = new Map<string, boolean>();
  const starts = nodes.frames.map((frame) => {
    const isPlatforms = ofPlatform.get(frame.url) ?? isOfPlatform(frame.url);
    ofPlatform.set(frame.url, isPlatforms);
    return startOf(frame, isPlatforms);
  });
  for (const start of starts) if (start) yield start;
  const lines = new Map<string, Set<number>>();
  for (let node = 0; node < nodes.count; node++) {
    const start = starts[nodes.frameOf[node]!];
    if (!start || !areLinesAsked(start.url)) continue;
    const known = lines.get(start.url) ?? new Set();
    lines.set(start.url, known);
    nodes.eachTick(node, (line) => {
      if (line > 0 && line - 1 !== start.line) known.add(line - 1);
    });
  }
  for (const [url, all] of lines) for (const line of all) yield { url, line, column: -1 };
}

function startOf(
  { functionName, url, lineNumber, columnNumber }: RawCallFrame,
  isPlatforms = isOfPlatform(url),
): ScriptPosition | null {
  const start = isPlatforms ? null : positionIn(url, lineNumber, columnNumber);
  if (!start) return null;
  start.isStart = true;
  name(start, functionName);
  return start;
}

function cpuNodes(nodes: unknown): RawNode[] {
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

/**
 * Places anywhere in a line: stack frames, `[name, url, line, column]`, where functions begin, `{ url, line, column }`, and
 * functions by whose variables something is held.
 */
export function* positionsInSample(line: SampleLine): Generator<ScriptPosition> {
  const stack: unknown[] = [line];
  while (stack.length > 0) {
    const value = stack.pop();
    const found = Array.isArray(value)
      ? frameAt(value)
      : isObject(value)
        ? (functionAt(value) ?? heldBy(value))
        : undefined;
    if (found) yield found;
    else if (isObject(value)) yield* aroundInsertions(value);
    if (!found && typeof value === 'object' && value !== null) stack.push(...Object.values(value).reverse());
  }
}

/** The probe's code. */
const OWN = 'culprit:';
/** Lines before and after one that adds to a collection that grows: what takes entries out again stands beside it. */
const AROUND = 3;

function* aroundInsertions({ sizes, insertions }: Record<string, unknown>): Generator<ScriptPosition> {
  // Those of pools have no sizes: nobody asks how they are kept short.
  if (!Array.isArray(sizes) || !Array.isArray(insertions)) return;
  for (const stack of insertions.slice(0, 1)) {
    const frames = Array.isArray(stack) ? stack.filter(Array.isArray) : [];
    const adds = frames.map(frameAt).find((found) => found && !found.url.startsWith(OWN));
    for (let line = Math.max(0, (adds?.line ?? 0) - AROUND); adds && line <= adds.line + AROUND; line++)
      if (line !== adds.line) yield { url: adds.url, line, column: -1 };
  }
}

function frameAt(value: unknown[]): ScriptPosition | null {
  const [of, url, line, column] = value;
  const found = value.length === 4 && typeof of === 'string' ? position(url, line, column) : null;
  if (found) name(found, of);
  return found;
}

function functionAt({ name: of, url, line, column }: Record<string, unknown>): ScriptPosition | null {
  const found = position(url, line, column);
  if (found) found.isStart = true;
  if (found) name(found, of);
  return found;
}

/** A variable that a function closes over, by which something is held: see wire/holder.ts. */
function heldBy({ kind, name: variable, of, at }: Record<string, unknown>): ScriptPosition | null {
  const found =
    kind !== 'handle' && typeof variable === 'string' && isObject(at)
      ? position(at.url, at.line, at.column)
      : null;
  return found && { ...found, of: String(of), isStart: true, variable: variable as string };
}

function name(position: ScriptPosition, of: unknown): void {
  if (typeof of === 'string' && of !== '') position.of = of;
}

const isOfPlatform = (url: unknown) => typeof url === 'string' && ownerOf(url) === 'node';

function position(url: unknown, line: unknown, column: unknown): ScriptPosition | null {
  return isOfPlatform(url) ? null : positionIn(url, line, column);
}

function positionIn(url: unknown, line: unknown, column: unknown): ScriptPosition | null {
  if (typeof url !== 'string') return null;
  if (!Number.isInteger(line) || (line as number) < 0) return null;
  return { url, line: line as number, column: Number.isInteger(column) ? (column as number) : -1 };
}

function isObject(value: unknown): value is RawNode & Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
