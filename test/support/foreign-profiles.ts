// Profiles as other tools write them, built in code: the old form of V8, Chrome's trace events, Hermes, Firefox, Safari.
import { buildRawCpuProfile, parseFrame, type Slice } from './build-profile.ts';

const MILLI = 1_000;

/** Samples of 1 ms each: the stack, outermost first, as texts of `parseFrame`. */
function samplesOf(slices: readonly Slice[]): string[][] {
  return slices.flatMap(([stack, millis]) =>
    Array.from({ length: millis }, () => (stack === '' ? [] : stack.split(' > '))),
  );
}

interface Tree {
  id: number;
  text: string;
  children: Map<string, Tree>;
  hits: number;
}

function treeOf(samples: readonly string[][]): { root: Tree; leaves: number[]; all: Tree[] } {
  const root: Tree = { id: 1, text: '(root)', children: new Map(), hits: 0 };
  const all = [root];
  const leaves = samples.map((stack) => {
    let at = root;
    for (const text of stack) {
      const next = at.children.get(text) ?? { id: all.length + 1, text, children: new Map(), hits: 0 };
      if (!at.children.has(text)) all.push(next);
      at.children.set(text, next);
      at = next;
    }
    at.hits++;
    return at.id;
  });
  return { root, leaves, all };
}

/** Node.js 8, WebStorm, v8-profiler: nested nodes, 1-based lines, times in seconds and timestamps in microseconds. */
export function legacyProfile(slices: readonly Slice[]): object {
  const samples = samplesOf(slices);
  const { root, leaves } = treeOf(samples);
  const nodeOf = ({ id, text, children, hits }: Tree): object => {
    const { functionName, url, lineNumber } = parseFrame(text).raw;
    return {
      functionName,
      scriptId: '1',
      url,
      lineNumber: url === '' ? 0 : lineNumber + 1,
      columnNumber: 1,
      hitCount: hits,
      callUID: id,
      children: [...children.values()].map(nodeOf),
      deoptReason: '',
      id,
    };
  };
  return {
    typeId: 'CPU',
    uid: '1',
    title: 'profile',
    startTime: 1,
    endTime: 1 + samples.length / 1_000,
    head: nodeOf(root),
    samples: leaves,
    timestamps: leaves.map((_, i) => 1_000_000 + i * MILLI),
  };
}

/** One thread's slices each; the first is the page's own. The profile comes in chunks of ten samples. */
export function chromeTrace(threads: Record<string, readonly Slice[]>): { traceEvents: object[] } {
  const traceEvents: object[] = [{ ph: 'I', name: 'TracingStartedInBrowser', pid: 1, tid: 1, ts: 1_000_000 }];
  for (const [at, [name, slices]] of Object.entries(threads).entries()) {
    const [tid, id] = [at + 1, `0x${at + 1}`];
    const { all, leaves } = treeOf(samplesOf(slices));
    const parents = new Map(
      all.flatMap((tree) => [...tree.children.values()].map((child) => [child.id, tree.id])),
    );
    traceEvents.push({ ph: 'M', name: 'thread_name', pid: 1, tid, ts: 0, args: { name } });
    traceEvents.push({
      ph: 'P',
      name: 'Profile',
      id,
      pid: 1,
      tid,
      ts: 1,
      args: { data: { startTime: 1_000_000 } },
    });
    const nodes = all.map(({ id: node, text }) => ({
      id: node,
      callFrame: { ...parseFrame(text).raw, scriptId: '1' },
      ...(parents.has(node) && { parent: parents.get(node) }),
    }));
    for (let from = 0; from < leaves.length; from += 10) {
      const samples = leaves.slice(from, from + 10);
      const cpuProfile = { ...(from === 0 && { nodes }), samples };
      const data = { cpuProfile, timeDeltas: samples.map(() => MILLI) };
      // Written by the profiler's own thread.
      traceEvents.push({ ph: 'P', name: 'ProfileChunk', id, pid: 1, tid: 99, ts: from, args: { data } });
    }
  }
  return { traceEvents };
}

/** As old versions of Chrome write it. */
export function wholeTrace(slices: readonly Slice[]): { traceEvents: object[] } {
  const data = { cpuProfile: buildRawCpuProfile(slices) };
  const event = { ph: 'I', name: 'CpuProfile', pid: 1, tid: 2, ts: 9, args: { data } };
  return {
    traceEvents: [
      { ph: 'M', name: 'thread_name', pid: 1, tid: 2, ts: 0, args: { name: 'CrRendererMain' } },
      event,
    ],
  };
}

/** Steps of the build beside a profile of the process. Chrome 116 names the parents, too. */
export function rspackTrace(slices: readonly Slice[], { hasParents = false } = {}): object[] {
  const { nodes: raw, samples, timeDeltas } = buildRawCpuProfile(slices);
  const parentOf = (id: number) => raw.find(({ children = [] }) => children.includes(id))?.id;
  const nodes = hasParents ? raw.map((node) => ({ ...node, parent: parentOf(node.id) })) : raw;
  const of = { pid: 44_554, tid: 44_554, id: 1, ph: 'P' };
  return [
    { ph: 'b', name: 'Compiler:build', pid: 1, tid: 0, ts: 1, id: 1 },
    { ...of, name: 'Profile', ts: 2, args: { data: { startTime: 0 } } },
    { ...of, name: 'ProfileChunk', ts: 3, args: { data: { cpuProfile: { nodes, samples }, timeDeltas } } },
  ];
}

/** React Native: strings for numbers. */
export function hermesProfile(slices: readonly Slice[]): object {
  const { all, leaves } = treeOf(samplesOf(slices));
  const parents = new Map(
    all.flatMap((tree) => [...tree.children.values()].map((child) => [child.id, tree.id])),
  );
  const frames = all.map(({ id, text }) => {
    const { functionName, url, lineNumber } = parseFrame(text).raw;
    const name =
      url === '' ? (id === 1 ? '[root]' : functionName) : `${functionName}(${url}:${lineNumber + 1}:1)`;
    const parent = parents.get(id);
    return [
      String(id),
      { name, category: 'JavaScript', ...(parent !== undefined && { parent: String(parent) }) },
    ];
  });
  return {
    traceEvents: [],
    samples: leaves.map((leaf, i) => ({
      cpu: '-1',
      name: '',
      ts: String(5_000_000 + i * MILLI),
      pid: 1,
      tid: '7',
      weight: '1',
      sf: String(leaf),
    })),
    stackFrames: Object.fromEntries(frames),
  };
}

/** Its processed form; the slices of "(idle)" are of the category Idle. */
export function firefoxProfile(slices: readonly Slice[]): object {
  const { all, leaves } = treeOf(samplesOf(slices));
  const parents = new Map(
    all.flatMap((tree) => [...tree.children.values()].map((child) => [child.id, tree.id])),
  );
  const strings: string[] = [];
  const text = (value: string) => {
    const known = strings.indexOf(value);
    return known >= 0 ? known : strings.push(value) - 1;
  };
  const raws = all.map((tree) => parseFrame(tree.text).raw);
  const stackOf = (id: number) => id - 1;
  const thread = {
    name: 'GeckoMain',
    stackTable: {
      frame: all.map((_, i) => i),
      prefix: all.map(({ id }) => (parents.has(id) ? stackOf(parents.get(id)!) : null)),
      category: all.map((tree) => (tree.text === '(idle)' ? 0 : 1)),
      length: all.length,
    },
    frameTable: { func: all.map((_, i) => i), line: all.map(() => null), column: all.map(() => null) },
    funcTable: {
      name: raws.map(({ functionName }) => text(functionName)),
      isJS: raws.map(({ url }) => url !== ''),
      fileName: raws.map(({ url }) => (url === '' ? null : text(url))),
      lineNumber: raws.map(({ lineNumber }) => lineNumber + 1),
      columnNumber: raws.map(() => 1),
    },
    samples: { stack: leaves.map(stackOf), time: leaves.map((_, i) => i + 0.5), length: leaves.length },
    stringArray: strings,
  };
  return {
    meta: { interval: 1, categories: [{ name: 'Idle' }, { name: 'JavaScript' }] },
    libs: [],
    threads: [thread],
  };
}

/** Of the Web Inspector's timelines: innermost frame first, seconds, nothing where no JavaScript ran. */
export function safariRecording(slices: readonly Slice[]): object {
  const samples = samplesOf(slices);
  return {
    version: 1,
    recording: {
      displayName: 'Timeline Recording 1',
      startTime: 0,
      endTime: samples.length / 1_000,
      records: [],
      sampleStackTraces: samples.flatMap((stack, i) =>
        stack[0] === '(idle)'
          ? []
          : {
              timestamp: i / 1_000,
              stackFrames: stack.toReversed().map((frame) => {
                const { functionName, url, lineNumber } = parseFrame(frame).raw;
                return { sourceID: '1', name: functionName, line: lineNumber + 1, column: 1, url };
              }),
            },
      ),
      sampleDurations: [],
    },
  };
}
