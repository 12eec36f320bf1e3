// What lib/async_hooks.js of Node has in its closure to switch a hook on, found by the inspector of this thread.
import type { Load } from '../load.ts';
import type { DataReads } from '../objects/data-reads.ts';
import { createThreadInspector } from '../objects/thread-inspector.ts';

/** Node's own names (lib/async_hooks.js, the same from 16 to 24). */
export interface NodeHooks {
  /** The hooks that are on, and how many of them there are of each kind. */
  getHookArrays(): [hooks: object[], counts: Uint32Array];
  /** Called when the first one goes on. */
  enableHooks(): void;
  kInit: number;
  kBefore: number;
  kAfter: number;
  kDestroy: number;
  kPromiseResolve: number;
  kTotals: number;
}

const COUNTS = ['kInit', 'kBefore', 'kAfter', 'kDestroy', 'kPromiseResolve'] as const;
/** `enable`: of a hook that Node made. Null where this Node has something else there. Never throws. */
export function findNodeHooks(load: Load, reads: DataReads, enable: () => unknown): NodeHooks | null {
  let found: NodeHooks | null = null;
  try {
    createThreadInspector({ load, reads, config: { url: '' }, cleanups: [] }).during((inspect) => {
      found = asNodeHooks(inspect(enable)?.scopes()[0]);
    });
  } catch {}
  return found;
}

function asNodeHooks(scope: object | undefined): NodeHooks | null {
  const found = { ...scope } as Partial<NodeHooks>;
  if (typeof found.getHookArrays !== 'function' || typeof found.enableHooks !== 'function') return null;
  const node = found as NodeHooks;
  if (![...COUNTS, 'kTotals' as const].every((name) => typeof node[name] === 'number')) return null;
  const [hooks, counts] = node.getHookArrays();
  const total = COUNTS.reduce((sum, name) => sum + counts[node[name]]!, 0);
  return Array.isArray(hooks) && counts[node.kTotals] === total ? node : null;
}

/**
 * What `enable()` does, but for its last step: it sets V8's promise hooks. From the first of them on, V8 takes the slow way
 * through every `await` of the process, also when they are gone (its PromiseHook protector; 1.3 times, Node 16 to 26).
 */
export function enableWithoutPromises(
  node: NodeHooks,
  hook: object,
  callbacks: { init?: unknown; before?: unknown; after?: unknown },
): void {
  const [hooks, counts] = node.getHookArrays();
  if (hooks.includes(hook)) return;
  const before = counts[node.kTotals]!;
  const add = (kind: number, callback: unknown) => {
    if (!callback) return;
    counts[kind]!++;
    counts[node.kTotals]!++;
  };
  add(node.kInit, callbacks.init);
  add(node.kBefore, callbacks.before);
  add(node.kAfter, callbacks.after);
  hooks.push(hook);
  if (before === 0) node.enableHooks();
}
