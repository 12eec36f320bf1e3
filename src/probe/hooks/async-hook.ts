// Async hooks that leave V8's promises alone until promises are asked for.
import type { Load } from '../load.ts';
import type { DataReads } from '../objects/data-reads.ts';
import { enableWithoutPromises, findNodeHooks, type NodeHooks } from './node-hooks.ts';

export interface HookCallbacks {
  init(asyncId: number, type: string, triggerAsyncId: number, resource: object): void;
  before?(asyncId: number): void;
  after?(asyncId: number): void;
}

/** To be switched within `ChangeHooks` only. */
export interface AsyncHook {
  enable(): void;
  disable(): void;
}

/** Whether a hook of promises is on in this process: its own, one of AsyncLocalStorage before Node 24, or one of ours. */
export function arePromisesHooked(): boolean {
  // Node gives an id to each promise it hears of.
  return Object.getOwnPropertySymbols((async () => {})()).length > 0;
}

export type CreateHook = (callbacks: HookCallbacks, wanted: { promises: boolean }) => AsyncHook;

/** Where nothing else works (an unknown Node older than 24.12, or one without an inspector), promises are hooked all the same. */
export function createHooks(load: Load, reads: DataReads): CreateHook {
  const asyncHooks: typeof import('node:async_hooks') = load('async_hooks');
  let knowsOption: boolean | null = null;
  let node: NodeHooks | null | undefined;
  return (callbacks, { promises }) => {
    const options = {
      ...callbacks,
      // Node 24.12 and 26 read it, older ones do not.
      get trackPromises() {
        knowsOption = true;
        return promises;
      },
    };
    const hook = asyncHooks.createHook(options);
    knowsOption ??= false;
    const isPlain = promises || knowsOption;
    return {
      enable() {
        if (!isPlain && node === undefined) node = findNodeHooks(load, reads, hook.enable);
        if (isPlain || !node) hook.enable();
        else enableWithoutPromises(node, hook, callbacks);
      },
      disable: () => void hook.disable(),
    };
  };
}
