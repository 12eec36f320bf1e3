// Builds V8's `.cpuprofile` and `.heapprofile` from short texts, and frames and decoded profiles from the same texts.
import type { CpuProfile } from '../../src/model/cpu-profile.ts';
import { decodeCpuProfile, type OwnWork } from '../../src/model/decode/cpu-profile.ts';
import { createFrameResolver, type RawSources } from '../../src/model/decode/frame-resolver.ts';
import type { Frame, RawFrame } from '../../src/model/frame.ts';

export const CWD = '/app';
export const OWN_URL = 'culprit:probe';
export const OWN_SCRIPT_ID = '99';
export const NO_SOURCES: RawSources = { scripts: {}, lines: {} };

/**
 * What was on the stack, outermost first, and for how long: ["main@/app/a.js:1 > sort", 12]. A frame is
 * `name@url:line`, `@url:line` without a name, or a bare name for V8's own; `#14` at the end is the line that ran.
 */
export type Slice = [stack: string, millis: number];

export interface RawCpuProfile {
  nodes: {
    id: number;
    callFrame: RawFrame & { scriptId: string };
    hitCount: number;
    children?: number[];
    positionTicks?: { line: number; ticks: number }[];
  }[];
  startTime: number;
  endTime: number;
  samples: number[];
  timeDeltas: number[];
}

export function parseFrame(text: string): { raw: RawFrame; hotLine: number | null } {
  const [, spec = '', hot] = /^(.*?)(?:#(\d+))?$/.exec(text.trim()) ?? [];
  const [, functionName = spec, url = '', line] = /^(.*?)@(.+?)(?::(\d+))?$/.exec(spec) ?? [];
  const lineNumber = url === '' ? -1 : Number(line ?? 1) - 1;
  const raw = { functionName, url, lineNumber, columnNumber: url === '' ? -1 : 0 };
  return { raw, hotLine: hot === undefined ? null : Number(hot) };
}

const splitStack = (stack: string) => (stack === '' ? [] : stack.split(' > '));

/** One sample for each millisecond, and one more at the end so that the last slice has its full time. */
export function buildRawCpuProfile(slices: readonly Slice[], stepMicros = 1_000): RawCpuProfile {
  const root = { functionName: '(root)', url: '', lineNumber: -1, columnNumber: -1, scriptId: '0' };
  const nodes: RawCpuProfile['nodes'] = [{ id: 1, callFrame: root, hitCount: 0 }];
  const byPath = new Map<string, number>();
  const leafOf = (stack: string): number => {
    let path = '';
    let parent = 1;
    for (const text of splitStack(stack)) {
      const { raw } = parseFrame(text);
      path += `>${JSON.stringify(raw)}`;
      let id = byPath.get(path);
      if (id === undefined) {
        id = nodes.length + 1;
        nodes.push({ id, callFrame: { ...raw, scriptId: '1' }, hitCount: 0 });
        byPath.set(path, id);
        const above = nodes[parent - 1]!;
        if (above.children) above.children.push(id);
        else above.children = [id];
      }
      parent = id;
    }
    return parent;
  };
  const samples: number[] = [];
  for (const [stack, millis] of slices) {
    const id = leafOf(stack);
    const node = nodes[id - 1]!;
    const count = Math.round((millis * 1_000) / stepMicros);
    node.hitCount += count;
    const { hotLine } = parseFrame(splitStack(stack).at(-1) ?? '');
    if (hotLine !== null) {
      const ticks = node.positionTicks ?? [];
      node.positionTicks = ticks;
      const known = ticks.find(({ line }) => line === hotLine);
      if (known) known.ticks += count;
      else ticks.push({ line: hotLine, ticks: count });
    }
    for (let i = 0; i < count; i++) samples.push(id);
  }
  samples.push(leafOf('(program)'));
  const timeDeltas = samples.map((_, i) => (i === 0 ? 0 : stepMicros));
  return { nodes, startTime: 0, endTime: samples.length * stepMicros, samples, timeDeltas };
}

/** The decoded profile of the main thread of a process that works in /app. */
export function buildCpuProfile(slices: readonly Slice[], sources: RawSources = NO_SOURCES): CpuProfile {
  return decodeRaw(buildRawCpuProfile(slices), sources);
}

export function decodeRaw(
  content: unknown,
  sources: RawSources = NO_SOURCES,
  pauses: OwnWork['pauses'] = [],
): CpuProfile {
  return decodeCpuProfile(
    content,
    createFrameResolver(sources, CWD),
    { id: 0, name: 'main' },
    { url: OWN_URL, pauses },
  );
}

/** A stack text as frames, innermost first. */
export function framesFrom(stack: string): Frame[] {
  const resolver = createFrameResolver(NO_SOURCES, CWD);
  return splitStack(stack)
    .map((text) => resolver.frame(parseFrame(text).raw))
    .toReversed();
}

export interface RawHeapNode {
  callFrame: RawFrame & { scriptId: string };
  selfSize: number;
  id: number;
  children: RawHeapNode[];
}

/** V8's sampling heap profile: live bytes by allocation stack. */
export function buildRawHeapProfile(stacks: readonly [stack: string, bytes: number][]): {
  head: RawHeapNode;
} {
  let id = 1;
  const make = (text: string): RawHeapNode => ({
    callFrame: { ...parseFrame(text).raw, scriptId: text.includes(OWN_URL) ? OWN_SCRIPT_ID : '1' },
    selfSize: 0,
    id: id++,
    children: [],
  });
  const head = make('(root)');
  for (const [stack, bytes] of stacks) {
    let node = head;
    for (const text of splitStack(stack)) {
      const { raw } = parseFrame(text);
      let child = node.children.find(
        ({ callFrame: c }) =>
          c.functionName === raw.functionName && c.url === raw.url && c.lineNumber === raw.lineNumber,
      );
      if (!child) {
        child = make(text);
        node.children.push(child);
      }
      node = child;
    }
    node.selfSize += bytes;
  }
  return { head };
}
