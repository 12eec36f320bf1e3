// The probe, or one of its parts, in the process that runs the test, as it is in a target.
import { createRequire } from 'node:module';
import { types } from 'node:util';
import { afterEach } from 'vitest';
import type { ProbeCore } from '../../src/probe/core.ts';
import { probeSource } from '../../src/probe/expressions.ts';
import { createHooks } from '../../src/probe/hooks/async-hook.ts';
import { createHookChanges } from '../../src/probe/hooks/hook-changes.ts';
import { createDataReads } from '../../src/probe/objects/data-reads.ts';
import type { ProbeConfig, ProbeHandle, ProbeWalk } from '../../src/probe/probe-protocol.ts';

export const CONFIG: ProbeConfig = {
  url: 'culprit:probe',
  leaseMillis: 10_000,
  closeInspector: false,
  asyncTypes: ['Timeout', 'TCPWRAP'],
  asyncInitsPerSecond: 1e9,
  asyncStacksPerSecond: 60,
  longestRestMillis: 1_000,
};

const load: unknown = createRequire(import.meta.url);

export type Install = (config?: Partial<ProbeConfig>, load?: unknown) => ProbeHandle;

/** What installs a whole probe from its text; all are stopped after each test. */
export function useProbes(): Install {
  const open: ProbeHandle[] = [];
  afterEach(() => {
    for (const probe of open.splice(0)) probe.stop();
  });
  return (config = {}, through = load) => {
    const evaluate = new Function('require', `return ${probeSource({ ...CONFIG, ...config })}`);
    const result = evaluate(through) as ProbeHandle | string;
    if (typeof result === 'string') throw new Error(result);
    open.push(result);
    return result;
  };
}

export interface CoreByHand extends ProbeCore {
  /** What `now()` says. */
  atMillis: number;
  /** As the probe does when it stops. */
  stop(): void;
}

/** What a single part of the probe needs, with a clock set by hand. Stopped after each test. */
export function useCores(): () => CoreByHand {
  const made: CoreByHand[] = [];
  afterEach(() => {
    for (const core of made.splice(0)) core.stop();
  });
  return () => {
    let isStopped = false;
    const reads = createDataReads(types, () => performance.now());
    const core: CoreByHand = {
      config: CONFIG,
      load: load as ProbeCore['load'],
      atMillis: 0,
      now: () => core.atMillis,
      cleanups: [],
      isStopped: () => isStopped,
      reads,
      changeHooks: createHookChanges(),
      createHook: createHooks(load as ProbeCore['load'], reads),
      stop() {
        isStopped = true;
        for (const cleanup of core.cleanups.splice(0).reverse()) cleanup();
      },
    };
    made.push(core);
    return core;
  };
}

/** One walk along references, in one go. */
export function walkWith(probe: ProbeHandle, millis = 20_000, longestChain = 20_000): ProbeWalk {
  probe.listScripts();
  probe.beginWalk({ longestChain, isDataOnly: false, first: { names: [], files: [], callers: [] } });
  return probe.walkOn(millis, true)!;
}

/** Functions of a caught stack, and the files of those that are not Node's. */
export const namesIn = (frames: readonly unknown[][]) => frames.map(([name]) => name);

/** True when some frame is in a file whose path has this text. */
export const isIn = (file: string) => (frames: readonly unknown[][]) =>
  frames.some(([, url]) => String(url).includes(file));

/** Asks again until it is so; fails with what was last seen. */
export async function until<T>(look: () => T, isSo: (seen: T) => boolean, millis = 20_000): Promise<T> {
  const end = Date.now() + millis;
  for (;;) {
    const seen = look();
    if (isSo(seen)) return seen;
    if (Date.now() > end) throw new Error(`It did not come about: ${JSON.stringify(seen)?.slice(0, 2_000)}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
