// Which functions of native addons the program calls, and from where. V8's profile names a native function without a file;
// one that is not a built-in of the language, and was not called by code of Node, belongs to an addon.
import type { CpuProfile } from '../../model/cpu-profile.ts';
import { framesOf } from '../../model/decode/cpu-profile.ts';
import { type Blame, blame } from './blame/blame.ts';

export interface NativeCall {
  /** As the addon calls it. */
  name: string;
  /** Who calls it: a line of the call where V8 says it. */
  blame: Blame;
  micros: number;
}

/** The most time first. */
export function nativeCalls(profiles: readonly CpuProfile[]): NativeCall[] {
  const calls = new Map<string, NativeCall>();
  for (const profile of profiles) {
    for (const node of profile.nodes) {
      const { parent, frame, selfMicros, totalMicros } = node;
      if (frame.owner !== 'native' || parent < 0 || selfMicros <= 0) continue;
      const name = trimmed(frame.functionName);
      if (isBuiltIn(name)) continue;
      const caller = profile.nodes[parent]!.frame;
      if (caller.owner !== 'app' && caller.owner !== 'library') continue;
      const [at, ...outer] = framesOf(profile, parent);
      // Functions that an addon gives no name share one node: their lines tell them apart.
      for (const [line, share] of linesOf(node)) {
        const by = blame([{ ...at!, line: line ?? at!.line }, ...outer]);
        const key = `${name}|${by.subject?.file}|${by.subject?.line}`;
        const known = calls.get(key) ?? { name, blame: by, micros: 0 };
        known.micros += totalMicros * share;
        calls.set(key, known);
      }
    }
  }
  return [...calls.values()].sort((a, b) => b.micros - a.micros);
}

/** The lines of the caller that called it, each with its share of the time; without a line where V8 tells none. */
function linesOf({ lineTicks }: CpuProfile['nodes'][number]): [line: number | null, share: number][] {
  const ticks = [...lineTicks];
  const all = ticks.reduce((sum, [, count]) => sum + count, 0);
  return all === 0 ? [[null, 1]] : ticks.map(([line, count]) => [line, count / all]);
}

/** V8 puts the name of a native function together of parts that may be empty. */
function trimmed(name: string): string {
  return name.replace(/\0/g, '').trim();
}

/** Node's native functions that inlining may leave right below the program's. */
const NODES_NATIVE =
  /^(ascii|base64|base64url|latin1|hex|ucs2|utf8)(Slice|Write\w*)$|^(byteLength\w*|swap\d+|atob|btoa|now|hrtime\w*|cpuUsage|memoryUsage|encode\w*|decode\w*|write\w*|read\w*|open|close|f?l?stat|update|digest|dispatch|connect|start|stop|setImmediate\w*|toggle\w*|scheduleTimer|enqueueMicrotask|isInsideNodeModules|get\w*Hooks?|queryObjects|structuredClone|parse|canParse|fill|copy|compare\w*|send\w*|execute|consume|unconsume|pause|resume|shutdown|initialize|Script|ContextifyScript|compileFunction\w*|runIn\w*)$/;

/** Of V8's own, and of what Node puts into JavaScript without a file: names as a profile shows them. */
function isBuiltIn(name: string): boolean {
  return (
    !/^[\w$]+$/.test(name) ||
    name === 'anonymous' ||
    NODES_NATIVE.test(name) ||
    BUILT_IN.has(name) ||
    /^(run|get|set|has|is|to)?[A-Z]?(Microtasks|String|JSON)$/.test(name)
  );
}

const BUILT_IN: ReadonlySet<string> = new Set([
  ...['next', 'return', 'throw', 'eval', 'parseInt', 'parseFloat', 'isNaN', 'isFinite', 'runMicrotasks'],
  ...[
    Object,
    Function,
    Array,
    String,
    Number,
    Boolean,
    Symbol,
    BigInt,
    Promise,
    RegExp,
    Date,
    Error,
    Map,
    Set,
    WeakMap,
    WeakSet,
    WeakRef,
    ArrayBuffer,
    DataView,
    Uint8Array,
    Object.getPrototypeOf(Uint8Array) as object,
    Proxy,
    Reflect,
    Math,
    JSON,
    Atomics,
    Intl,
    Intl.DateTimeFormat,
    Intl.NumberFormat,
    Intl.Collator,
  ].flatMap((builtIn) => [
    ...namesOf(builtIn),
    ...namesOf((builtIn as { prototype?: unknown }).prototype),
    (builtIn as { name?: string }).name ?? '',
  ]),
]);

function namesOf(value: unknown): string[] {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? Object.getOwnPropertyNames(value)
    : [];
}
