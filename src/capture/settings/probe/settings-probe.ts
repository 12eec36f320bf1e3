// The code that runs in the target to read its settings, Node 16 to 26. It reads data properties only (no getter, no method
// of the program runs), is bounded, and ends by itself when its result is not requested.
import type { InnerSettings } from '../../../model/settings/settings.ts';
import { loadReads } from '../../../probe/core.ts';
import { findLoad, type Load } from '../../../probe/load.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import { readAgents } from './agent-reads.ts';
import { countHandlers, readHandlers } from './handler-reads.ts';
import { startLoopTicks } from './loop-ticks.ts';
import { readServers, readWaitingRequests, type WaitingRequests } from './open-handles.ts';
import {
  countPoolRequests,
  hostOf,
  readDispatcher,
  readEnvironment,
  readFiles,
  readFlags,
  readMemory,
  readReport,
  readSourceMaps,
} from './process-reads.ts';
import { attempt } from './setting-values.ts';
import { createTimeoutReads } from './timeout-reads.ts';

export interface SettingsProbeConfig {
  url: string;
  /** The inspector was opened by us: then the lease closes it. */
  closeInspector: boolean;
  leaseMillis: number;
}

export interface SettingsHandle {
  /** The settings, and the end of the probe. Never throws. */
  finish(): InnerSettings | string;
}

interface Inspector {
  close(): void;
  url(): string | undefined;
}

/** Returns the handle, or a string that says why there is none; then nothing is left behind. */
export function installSettingsProbe(
  requireOrNothing: Load | undefined,
  config: SettingsProbeConfig,
): SettingsHandle | string {
  try {
    const load = findLoad(requireOrNothing);
    return load ? begin(load, config) : 'no access to built-in modules';
  } catch (error) {
    return attempt(() => String(error).slice(0, 200)) ?? 'it failed';
  }
}

function begin(load: Load, { closeInspector, leaseMillis }: SettingsProbeConfig): SettingsHandle {
  const timers: typeof import('node:timers') = load('timers');
  const inspector: Inspector = load('inspector');
  const read = createSettingsRead(load, loadReads(load));
  const ticks = startLoopTicks(load);
  let isOver = false;
  const end = () => {
    isOver = true;
    attempt(() => ticks.stop());
    attempt(() => timers.clearTimeout(lease));
  };
  const lease = timers.setTimeout(() => {
    end();
    if (closeInspector) attempt(() => inspector.close());
  }, leaseMillis);
  lease.unref();
  return {
    finish() {
      try {
        if (isOver) return 'it took too long';
        // First, before the read itself makes the loop late.
        const loopDelay = attempt(() => ticks.read());
        const inspectorHost = closeInspector ? undefined : hostOf(attempt(() => inspector.url()));
        return { ...read(), inspectorHost, loopDelay };
      } catch (error) {
        return attempt(() => String(error).slice(0, 200)) ?? 'it failed';
      } finally {
        end();
      }
    },
  };
}

/** The function reads everything; what was there at the beginning and is still there then lasts. */
function createSettingsRead(
  load: Load,
  reads: DataReads,
): () => Omit<InnerSettings, 'inspectorHost' | 'loopDelay'> {
  const timeouts = createTimeoutReads(reads);
  const waiting = () => readWaitingRequests(load, reads, timeouts);
  const firstPool = countPoolRequests(reads);
  const early = new WeakSet(attempt(() => [...waiting().requests.keys()]) ?? []);
  return () => {
    const found = waiting();
    const lastPool = countPoolRequests(reads);
    return {
      flags: readFlags(),
      env: readEnvironment(),
      ...readServers(load, reads),
      agents: readAgents(load, reads, found.agents),
      outgoing: describeWaiting(found, early),
      fetchDispatcher: attempt(() => readDispatcher(reads)),
      signals: { SIGTERM: countHandlers(reads, 'SIGTERM'), SIGINT: countHandlers(reads, 'SIGINT') },
      unhandledRejection: attempt(() => readHandlers(reads, 'unhandledRejection')),
      uncaughtException: attempt(() => readHandlers(reads, 'uncaughtException')),
      cores: attempt(() => (load('os') as typeof import('node:os')).cpus().length || undefined),
      ...readMemory(load),
      poolRequests:
        firstPool === undefined || lastPool === undefined ? undefined : Math.min(firstPool, lastPool),
      report: attempt(readReport),
      sourceMaps: attempt(readSourceMaps),
      maxHeaderBytes: attempt(() => (load('http') as typeof import('node:http')).maxHeaderSize),
      files: attempt(() => readFiles(load, reads)) ?? [],
    };
  };
}

function describeWaiting(
  { requests, hosts }: WaitingRequests,
  early: WeakSet<object>,
): InnerSettings['outgoing'] {
  const states = [...requests.values()];
  const unbound = [...requests].filter(([, state]) => state === 'none');
  return {
    inFlight: requests.size,
    withoutTimeout: unbound.length,
    unclear: states.filter((state) => state === 'unclear').length,
    lastingWithoutTimeout: unbound.filter(([request]) => early.has(request)).length,
    hosts: [...hosts],
  };
}
