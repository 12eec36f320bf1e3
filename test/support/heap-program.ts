// A program drawn as a heap: modules with variables, and collections laid out as V8 lays them out.
//
//   const program = drawProgram();
//   const session = program.module('/app/src/session.js');
//   session.variable('sessions', program.map(program.times(3, () => program.instance('Session'))));
//   await explain([program]);
import { explainHeapGraphs } from '../../src/heap/explain-heap.ts';
import type { HeapReport } from '../../src/model/heap/heap-report.ts';
import { type DrawnHeap, type DrawnNode, drawHeap } from './heap-snapshot-builder.ts';

export interface DrawnModule {
  scope: DrawnNode;
  variable(name: string, value: DrawnNode): void;
  /** A function of this module; `scope` when it closes over more than the module. */
  fn(name: string, line: number, scope?: DrawnNode): DrawnNode;
  /** A scope inside the module, with its variables. */
  inner(variables: Record<string, DrawnNode>): DrawnNode;
}

export interface DrawnProgram
  extends Pick<DrawnHeap, 'node' | 'root' | 'global' | 'gcRoots' | 'json' | 'graph'> {
  module(file: string): DrawnModule;
  times<T>(count: number, make: (index: number) => T): T[];
  string(text: string): DrawnNode;
  instance(className: string, properties?: Record<string, DrawnNode>, bytes?: number): DrawnNode;
  record(properties: Record<string, DrawnNode>): DrawnNode;
  map(values: DrawnNode[]): DrawnNode;
  set(values: DrawnNode[]): DrawnNode;
  array(values: DrawnNode[]): DrawnNode;
  /** Names are `prefix0`, `prefix1` and so on. */
  objectAsMap(values: DrawnNode[], prefix?: string): DrawnNode;
  emitter(listeners: Record<string, DrawnNode[]>): DrawnNode;
  /** A pending promise with a reaction for each handler. */
  promise(handlers: DrawnNode[]): DrawnNode;
  timers(callbacks: DrawnNode[]): void;
  buffer(bytes: number): DrawnNode;
}

export function drawProgram(): DrawnProgram {
  const heap = drawHeap();
  const { node } = heap;
  const nativeContext = node('hidden', 'system / NativeContext', { bytes: 2_000 });
  heap.gcRoots.element(1, nativeContext);
  let scripts = 0;

  function module(file: string): DrawnModule {
    scripts += 1;
    const scriptId = scripts;
    const script = node('code', file, { bytes: 100 });
    const scope = node('object', 'system / Context', { bytes: 100 }).internal('previous', nativeContext);
    const fn = (name: string, line: number, around: DrawnNode = scope) => {
      const shared = node('code', name, { bytes: 50 }).internal('script', script);
      return node('closure', name, { bytes: 64, at: { scriptId, line, column: 1 } })
        .internal('context', around)
        .internal('shared', shared);
    };
    const main = fn('', 1);
    nativeContext.internal(`module ${file}`, main);
    return {
      scope,
      fn,
      variable: (name, value) => void scope.context(name, value),
      inner: (variables) => {
        const inside = node('object', 'system / Context', { bytes: 40 }).internal('previous', scope);
        for (const [name, value] of Object.entries(variables)) inside.context(name, value);
        return inside;
      },
    };
  }

  const string = (text: string) => node('string', text, { bytes: 16 + text.length });
  const instance = (className: string, properties: Record<string, DrawnNode> = {}, bytes = 40) => {
    const made = node('object', className, { bytes });
    for (const [name, value] of Object.entries(properties)) made.property(name, value);
    return made;
  };
  const array = (values: DrawnNode[]) => {
    const elements = node('array', '(object elements)', { bytes: 16 + 8 * values.length });
    const made = node('object', 'Array', { bytes: 32 }).internal('elements', elements);
    for (const [index, value] of values.entries()) {
      made.element(index, value);
      elements.internal(String(index), value);
    }
    return made;
  };
  const hashed = (className: string, width: number, values: DrawnNode[]) => {
    const buckets = 2 ** Math.ceil(Math.log2(Math.max(2, values.length / 2)));
    const table = node('array', '', { bytes: 16 + 8 * (3 + buckets + 2 * buckets * width) });
    for (const [index, value] of values.entries()) {
      const slot = 3 + buckets + index * width;
      if (width === 3) table.internal(String(slot), string(`key ${index}`));
      table.internal(String(width === 3 ? slot + 1 : slot), value);
    }
    return node('object', className, { bytes: 32 }).internal('table', table);
  };

  return {
    ...heap,
    module,
    string,
    instance,
    array,
    times: (count, make) => Array.from({ length: count }, (_, index) => make(index)),
    record: (properties) => instance('Object', properties, 32),
    map: (values) => hashed('Map', 3, values),
    set: (values) => hashed('Set', 2, values),
    objectAsMap: (values, prefix = 'key') =>
      instance('Object', Object.fromEntries(values.map((value, index) => [`${prefix}${index}`, value])), 24),
    emitter: (listeners) => {
      const events = Object.entries(listeners).map(([event, list]) => [event, array(list)]);
      return instance('EventEmitter', { _events: instance('Object', Object.fromEntries(events), 24) });
    },
    promise: (handlers) => {
      let next: DrawnNode | null = null;
      for (const handler of handlers) {
        const reaction = node('hidden', 'system / PromiseReaction', { bytes: 48 }).hidden(2, handler);
        if (next) reaction.hidden(1, next);
        next = reaction;
      }
      const made = node('object', 'Promise', { bytes: 48 });
      return next ? made.internal('reactions_or_result', next) : made;
    },
    timers: (callbacks) => {
      const list = node('object', 'TimersList', { bytes: 136 });
      let last = list;
      for (const callback of callbacks) {
        const timeout = instance('Timeout', { _onTimeout: callback }, 120);
        last.property('_idleNext', timeout);
        timeout.property('_idlePrev', last);
        last = timeout;
      }
      last.property('_idleNext', list);
      const internals = module('node:internal/timers');
      internals.variable('timerListMap', instance('Object', {}, 24).element(1_000, list));
    },
    buffer: (bytes) => {
      const memory = node('native', 'system / JSArrayBufferData', { bytes });
      const arrayBuffer = node('object', 'ArrayBuffer', { bytes: 88 }).internal('backing_store', memory);
      return node('object', 'Buffer', { bytes: 96 }).internal('buffer', arrayBuffer);
    },
  };
}

export interface ExplainOptions {
  top?: number;
  showStrings?: boolean;
}

/** As `culprit heap` would report on these, the oldest first. */
export function explain(programs: DrawnProgram[], options: ExplainOptions = {}): Promise<HeapReport> {
  const sources = programs.map((program, index) => ({
    path: `${index + 1}.heapsnapshot`,
    read: async () => program.graph(),
  }));
  return explainHeapGraphs(sources, { top: 10, showStrings: false, ...options });
}

/** One snapshot for each step, drawn by the same hand. */
export function drawSteps(
  count: number,
  draw: (program: DrawnProgram, step: number) => void,
): DrawnProgram[] {
  return Array.from({ length: count }, (_, step) => {
    const program = drawProgram();
    draw(program, step);
    return program;
  });
}
