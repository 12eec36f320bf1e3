// What was profiled: a server, a run of a script, tests, a page. Recognised by the frames, by the order of the samples and
// by the tool that made the profile; where nothing shows it, it is unknown, never assumed.
import { CODE, type CpuProfile, IDLE } from '../../model/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import type { ProfileOrigin } from '../../model/profile-origin.ts';
import type { ProgramKind } from '../../model/profile-tables.ts';
import { summarizeStates } from '../cpu/cpu.ts';

export function programKind(profile: CpuProfile, origin: ProfileOrigin): ProgramKind {
  const tool = byTool(profile, origin);
  if (tool) return tool;
  const evidence = gather(profile);
  const busy = evidence.busyMicros;
  const has = (mark: Mark, part: number) => evidence.microsOf(mark) > busy * part;
  if (evidence.seen.has('worker')) return 'worker';
  if (has('react-native', PAGE_PART)) return 'react-native';
  if (has('page', PAGE_PART) && !evidence.seen.has('runtime')) return 'page';
  if (has('test-run', TOOL_PART)) return 'test-run';
  if (has('benchmark', TOOL_PART)) return 'benchmark';
  if (evidence.seen.has('server')) return 'server';
  const idleShare = evidence.idleMicros / Math.max(1, evidence.idleMicros + busy);
  if (has('build', BUILD_PART)) return 'script';
  if (has('start', START_PART) && idleShare < MOST_IDLE_OF_SCRIPT) return 'script';
  return idleShare < MOST_IDLE_OF_RUN && isOneRun(profile, busy) ? 'script' : 'unknown';
}

/** Chosen: a page has next to nothing but its own code; a runner of tests or builds lies under most of what it runs. */
const PAGE_PART = 0.3;
const TOOL_PART = 0.2;
const BUILD_PART = 0.4;
/** Loading modules that take most of the time, or a program that runs while it is loaded. */
const START_PART = 0.5;
const MOST_IDLE_OF_SCRIPT = 0.5;
const MOST_IDLE_OF_RUN = 0.1;
const ONE_RUN_PART = 0.9;

function byTool({ threadName }: CpuProfile, { tool }: ProfileOrigin): ProgramKind | null {
  if (tool === 'hermes') return 'react-native';
  const isBrowser = tool === 'firefox' || tool === 'safari' || /^CrRendererMain\b/.test(threadName);
  if (/^(worker \d|(Dedicated|Shared|Service)Worker\b|DOM Worker\b)/.test(threadName)) return 'worker';
  return isBrowser ? 'page' : null;
}

type Mark = (typeof MARKS)[number];

const MARKS = [
  'worker',
  'react-native',
  'page',
  'test-run',
  'benchmark',
  'server',
  'build',
  'start',
  'runtime',
] as const;

/** A bit of its own in a number. */
const bitOf = (mark: Mark): number => 1 << MARKS.indexOf(mark);

const PACKAGES: [Mark, RegExp][] = [
  [
    'test-run',
    /^(jest(-.*)?|@jest\/.*|vitest|@vitest\/.*|mocha|ava|tap|tape|uvu|jasmine(-.*)?|karma|@japa\/.*|@playwright\/test|playwright)$/,
  ],
  ['benchmark', /^(benchmark|tinybench|mitata|benny|cronometro|bench-node|b4a-bench)$/],
  [
    'build',
    /^(typescript|webpack|rollup|rolldown|esbuild|terser|uglify-js|eslint|prettier|postcss|sass|less|metro|parcel|gulp|grunt|svgo|tsup|tslib|ts-morph|@babel\/.*|@swc\/.*|@rollup\/.*|@parcel\/.*|@angular\/(compiler|compiler-cli|build)|@rspack\/.*|@typescript-eslint\/.*|@11ty\/.*|@docusaurus\/.*)$/,
  ],
];

const FILES: [Mark, RegExp][] = [
  ['worker', /^(node:)?internal\/main\/worker_thread(\.js)?$/],
  ['server', /^(node:)?_http_server(\.js)?$|^(node:)?internal\/http2\/(core|compat)(\.js)?$/],
  ['test-run', /^node:internal\/test_runner\//],
  ['start', /^(node:)?internal\/(modules\/run_main|main\/run_main_module)(\.js)?$/],
  ['build', /(^|[/\\])_?tsc(\.[cm]?js)?$/],
  [
    'react-native',
    /[/\\](index|main)(\.android|\.ios)?\.(js)?bundle\b|[/\\]main\.jsbundle\b|^InternalBytecode\.js/,
  ],
  ['runtime', /^(node:|bun:|ext:|internal\/)/],
  ['page', /^(https?:\/\/|chrome-extension:|webpack:\/\/|blob:)/],
];

/** All marks of a frame. */
function marksOf({ file, package: name, functionName }: Frame): Mark[] {
  const plain = name?.replace(/(?<=.)@[^@/]*$/, '') ?? '';
  const byPackage = name === null ? [] : PACKAGES.filter(([, pattern]) => pattern.test(plain));
  const byFile = file === null ? [] : FILES.filter(([, pattern]) => pattern.test(file));
  const marks = [...byPackage, ...byFile].map(([mark]) => mark);
  // The top of a module runs when it is loaded, be it of use or not.
  return functionName === '(anonymous)' ? marks.filter((mark) => mark !== 'server') : marks;
}

interface Evidence {
  /** Time with a mark anywhere on the stack. */
  microsOf(mark: Mark): number;
  seen: ReadonlySet<Mark>;
  busyMicros: number;
  idleMicros: number;
}

function gather(profile: CpuProfile): Evidence {
  const { nodes, frames } = profile;
  const seen = new Set<Mark>();
  const ofFrames = Uint16Array.from(frames, (frame) => {
    const marks = marksOf(frame);
    for (const mark of marks) seen.add(mark);
    return marks.reduce((bits, mark) => bits | bitOf(mark), 0);
  });
  /** By node: the marks on its stack. */
  const onStack = new Uint16Array(nodes.length);
  /** By marks on the stack. */
  const micros = new Float64Array(2 ** MARKS.length);
  for (const { index, parent, frameNumber, selfMicros } of nodes) {
    const bits = (parent < 0 ? 0 : onStack[parent]!) | ofFrames[frameNumber]!;
    onStack[index] = bits;
    micros[bits]! += selfMicros;
  }
  const { code, gc, idle } = summarizeStates(profile);
  return {
    microsOf: (mark) => micros.reduce((sum, each, bits) => ((bits & bitOf(mark)) > 0 ? sum + each : sum), 0),
    seen,
    busyMicros: code + gc,
    idleMicros: idle,
  };
}

/** One call of the outermost code that never returned until nearly all was done: no event loop turned meanwhile. */
function isOneRun({ nodes, samples }: CpuProfile, busyMicros: number): boolean {
  const outermost = outermostNodes(nodes);
  let [current, since, longest] = [-1, 0, 0];
  for (let i = 0; i < samples.node.length; i++) {
    const state = samples.state[i];
    if (state === IDLE) current = -1;
    if (state !== CODE) continue;
    const outer = outermost[samples.node[i]!]!;
    if (outer !== current) [current, since] = [outer, 0];
    since += samples.micros[i]!;
    longest = Math.max(longest, since);
  }
  return busyMicros > 0 && longest >= busyMicros * ONE_RUN_PART;
}

/** Of each node, the one right below the root on its path; of the root itself. A parent's index is smaller than its children's. */
function outermostNodes(nodes: CpuProfile['nodes']): Int32Array {
  const outermost = new Int32Array(nodes.length);
  for (const { index, parent } of nodes) outermost[index] = parent > 0 ? outermost[parent]! : index;
  return outermost;
}
