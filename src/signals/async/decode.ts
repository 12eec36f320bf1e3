// From running counts of async resources to one record for each creation site.
import type { AsyncObservation, AsyncSite } from '../../model/async-resource.ts';

import { mergeRoutes } from '../../model/decode/request-routes.ts';
import { decodePlace, decodeStack } from '../../model/decode/stack.ts';
import type { Frame } from '../../model/frame.ts';
import { servingCode } from '../../model/serving-code.ts';
import type { WireFrame } from '../../wire/parts.ts';
import { type DecodeContext, offlineSignal } from '../offline-signal.ts';
import { type AsyncLine, asyncLine, type HandlersLine, handlersLine } from './wire.ts';

/** Requests that come in, in all their states. */
const SERVER = 'http.server.';

export const asyncSignal = offlineSignal({ async: asyncLine, handlers: handlersLine }, (of, context) => ({
  asyncObservations: decodeAsyncReads(of('async'), of('handlers'), context),
}));

/** All reads of one thread, in time order. */
function decodeAsyncReads(
  reads: AsyncLine[],
  handlers: HandlersLine[],
  { resolver, ownUrl }: DecodeContext,
): AsyncObservation[] {
  const byThread = new Map<number, AsyncLine[]>();
  for (const read of reads) {
    const known = byThread.get(read.thread);
    if (known) known.push(read);
    else byThread.set(read.thread, [read]);
  }
  return [...byThread].map(([thread, threadReads]) => {
    const known = handlers.filter((read) => read.thread === thread).flatMap((read) => read.handlers);
    const routeOf = new Map(known.flatMap(({ site, route }) => (route ? [[site, route] as const] : [])));
    const handlerOf = new Map(known.map(({ site, ...place }) => [site, decodePlace(place, resolver)]));
    const observation = decodeThread(thread, threadReads, handlerOf, (frames) =>
      decodeStack(frames, resolver, ownUrl),
    );
    return { ...observation, sites: mergeRoutes(observation.sites, routesByLabel(threadReads, routeOf)) };
  });
}

/** By the label of the sites for which a router was asked. */
function routesByLabel(
  reads: readonly AsyncLine[],
  routeOf: ReadonlyMap<number, string>,
): ReadonlyMap<string, string> {
  const routes = new Map<string, string>();
  for (const { id, label } of routeOf.size === 0 ? [] : reads.flatMap(({ sites }) => sites)) {
    const route = id === undefined ? undefined : routeOf.get(id);
    if (route !== undefined && label !== undefined) routes.set(label, route);
  }
  return routes;
}

function decodeThread(
  thread: number,
  reads: AsyncLine[],
  handlerOf: ReadonlyMap<number, Frame>,
  framesOf: (frames: WireFrame[]) => Frame[],
): AsyncObservation {
  const last = reads.at(-1)!;
  const seconds = Math.max(0.001, last.onMillis / 1_000);
  const sites = new Map<string, AsyncSite>();
  for (const read of reads) {
    for (const raw of read.sites) {
      const key = raw.id === undefined ? `${raw.type}|${JSON.stringify(raw.frames)}` : String(raw.id);
      let site = sites.get(key);
      if (!site) {
        site = {
          thread,
          type: raw.type,
          label: raw.label,
          handler: raw.id === undefined ? undefined : handlerOf.get(raw.id),
          frames: framesOf(raw.frames),
          isRepeating: raw.repeats,
          delayMillis: raw.delay >= 0 ? raw.delay : undefined,
          reads: [],
        };
        sites.set(key, site);
      }
      site.serving = raw.serving;
      if (raw.referenced !== undefined) site.isReferenced = raw.referenced;
      if (raw.usedBy !== undefined && raw.used !== undefined)
        site.agents = { by: raw.usedBy, different: raw.used };
      const { made, watched, alive, oldWatched, oldAlive, oldDropped, oldUnended, oldestMillis } = raw;
      const counts = { made, watched, alive, oldWatched, oldAlive, oldestMillis };
      site.reads.push({
        atMillis: read.atMillis,
        ...counts,
        ...(oldDropped !== undefined && { oldDropped }),
        ...(oldUnended !== undefined && { oldUnended }),
      });
    }
  }
  const known = [...sites.values()];
  const code = servingCode(known);
  for (const site of known)
    if (site.type.startsWith(SERVER) && site.label !== undefined) site.handler ??= code.get(site.label);
  const madePerSecond = Object.fromEntries(
    Object.entries(last.seen).map(([type, count]) => [type, count / seconds]),
  );
  return { thread, coverage: Math.min(1, last.coverage), madePerSecond, sites: known };
}
