// Counting objects and functions: all live objects at once, or those that references from open handles lead to.

import { setTimeout as delay } from 'node:timers/promises';
import type { ProbeClient } from '../../probe/client/probe-client.ts';
import type { EvaluateResult } from '../../probe/client/probe-objects.ts';
import type { WalkLimits } from '../../probe/probe-protocol.ts';
import { locate } from '../../target/inspector/function-place.ts';
import type { InspectorSession } from '../../target/inspector/inspector-session.ts';
import type { LiveSignal } from '../live-signal.ts';
import type { Census } from './wire.ts';

const QUERY_TIMEOUT_MILLIS = 120_000;

/** Walks all live objects once: a pause that grows with the heap. */
export const censusRead: LiveSignal<'census', [deadlineMillis: number]> = {
  type: 'census',
  read: async ({ probe, session, duringOwnPause }, _atMillis, deadlineMillis) =>
    probe && duringOwnPause('census', () => takeCensus(session, probe, deadlineMillis)),
};

export interface WalkPlan extends WalkLimits {
  /** Milliseconds that the thread is held at a time; more where its turns are that much longer. */
  sliceMillis: number;
  /** Between two slices the program goes on for so long. */
  restMillis: number;
  /** All slices together, as far as the thread ran in them. */
  budgetMillis: number;
  /** The share of their time in which it had a CPU, 0..1. */
  ranShare(): number;
  /** Called about once a second while the walk goes on. */
  meanwhile(): Promise<void>;
  /** The scripts are listed before: a pause. A later walk may do with the list of an earlier one. */
  isListing: boolean;
}

/** Follows references from open handles, in slices: next to no memory. */
export const walkRead: LiveSignal<'walk', [plan: WalkPlan]> = {
  type: 'walk',
  async read({ probe, duringOwnPause }, _atMillis, plan) {
    if (!probe) return null;
    const { sliceMillis, restMillis, budgetMillis, ranShare, meanwhile, isListing, ...limits } = plan;
    if (isListing) await duringOwnPause('list scripts', () => probe.call('listScripts'));
    const from = performance.now();
    await probe.call('beginWalk', limits);
    let turnMillis = performance.now() - from;
    let calledAt = from;
    for (let left = budgetMillis; ; ) {
      const slice = sliceFor(sliceMillis, turnMillis);
      const isLast = left <= slice || performance.now() - from > LONGEST_WALK_MILLIS;
      const askedAt = performance.now();
      const walk = await probe.call('walkOn', slice, isLast);
      if (walk || isLast) return walk;
      turnMillis = performance.now() - askedAt - slice;
      left -= slice * Math.max(LEAST_RAN, ranShare());
      if (performance.now() - calledAt > MEANWHILE_EVERY_MILLIS) {
        await meanwhile();
        calledAt = performance.now();
      }
      await delay(restMillis);
    }
  },
};

/**
 * A busy loop comes to each slice a turn later only. Where a turn takes half a second, nobody feels some milliseconds more of it, and
 * forty of the shortest slices would take as many turns.
 */
export function sliceFor(sliceMillis: number, turnMillis: number): number {
  return Math.round(Math.min(MOST_SLICE_MILLIS, Math.max(sliceMillis, turnMillis * SLICE_OF_TURN)));
}
const MOST_SLICE_MILLIS = 25;
const SLICE_OF_TURN = 0.05;
/** Of a thread that hardly gets a CPU, four times the slices are enough. */
const LEAST_RAN = 0.25;
/** Only collections are read meanwhile. */
const LONGEST_WALK_MILLIS = 8_000;
const MEANWHILE_EVERY_MILLIS = 1_000;

/** Where one function of each of these classes of the last census begins, as far as its script is known. */
export const closuresRead: LiveSignal<'closures', [classes: string[]]> = {
  type: 'closures',
  async read({ probe, session, duringOwnPause }, _atMillis, classes) {
    const ask = (objectId: string) => locate(session, objectId);
    const locations = (await probe?.askEach('functionsOf', [classes], ask)) ?? [];
    const urls = new Map(await duringOwnPause('list scripts', async () => probe?.call('listScripts')));
    const closures = locations.flatMap((location, i) => {
      const url = location && urls.get(location.scriptId);
      const name = classes[i]!;
      return url ? [{ class: name, frame: [name, url, location.line, location.column] }] : [];
    });
    return { closures };
  },
};

async function takeCensus(
  session: InspectorSession,
  probe: ProbeClient,
  deadlineMillis: number,
): Promise<Census | null> {
  const objectGroup = 'culprit-census';
  try {
    const prototype = await session.send<EvaluateResult>('Runtime.evaluate', {
      expression: 'Object.prototype',
      objectGroup,
      silent: true,
    });
    const query = { prototypeObjectId: prototype.result.objectId, objectGroup };
    const { objects } = await session.send<{ objects: { objectId: string } }>(
      'Runtime.queryObjects',
      query,
      QUERY_TIMEOUT_MILLIS,
    );
    return await probe.callWith('census', objects.objectId, deadlineMillis);
  } finally {
    // The list holds every object of the heap: let go of it at once, whatever happened.
    await session.send('Runtime.releaseObjectGroup', { objectGroup }).catch(() => {});
  }
}
