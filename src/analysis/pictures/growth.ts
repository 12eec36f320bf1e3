// What was counted repeatedly, as pictures: collections, sockets, files, child processes, resources by where they were
// created. What grows comes first.

import type { Frame } from '../../model/frame.ts';
import type { CollectionGrowth } from '../../model/memory/collection.ts';
import { type GrowthPicture, PICTURE_BOUNDS, type PicturePlace } from '../../model/report/pictures.ts';
import { blame } from '../cpu/blame/blame.ts';
import type { Facts } from '../facts.ts';
import { judgeTrend } from '../statistics/trend.ts';
import { thin } from './points.ts';

type Unthinned = Omit<GrowthPicture, 'points'> & { points: { atMillis: number; value: number }[] };

export function drawGrowth(facts: Facts): GrowthPicture[] {
  const all = [
    ...collections(facts),
    ...sockets(facts),
    ...files(facts),
    ...processes(facts),
    ...resources(facts),
  ];
  return all
    .filter(({ points }) => points.length > 2 && points.some(({ value }) => value > 0))
    .map((each) => ({ each, rise: each.points.at(-1)!.value - each.points[0]!.value }))
    .sort((a, b) => Number(b.each.isGrowing) - Number(a.each.isGrowing) || b.rise - a.rise)
    .filter(({ each, rise }, i) => each.isGrowing || (rise !== 0 && i < LEAST_SHOWN))
    .slice(0, PICTURE_BOUNDS.growth)
    .map(({ each }) => ({
      ...each,
      points: thin(
        each.points.map(({ atMillis, value }) => [atMillis, value]),
        PICTURE_BOUNDS.growthPoints,
      ),
    }));
}

/** Of what does not grow, a few show that it was looked at. */
const LEAST_SHOWN = 6;

function collections({ collections: growing, observations }: Facts): Unthinned[] {
  const fast = new Set(growing.map(({ collection }) => collection.id));
  const steady = observations.collections.filter(({ id }) => !fast.has(id));
  return [
    ...growing.map(({ collection, insertion }) => ({
      ...describeCollection(collection),
      place: placeOf(insertion?.blame.subject ?? null),
      isGrowing: true,
    })),
    ...steady.map((collection) => ({ ...describeCollection(collection), place: null, isGrowing: false })),
  ];
}

function describeCollection(
  collection: CollectionGrowth,
): Pick<Unthinned, 'kind' | 'name' | 'what' | 'points'> {
  const { type, className, holder, holderName, newestEntry, event, alike, sizes } = collection;
  const of =
    type === 'String' || type === 'Buffer' ? ', KiB' : newestEntry === '' ? '' : ` of ${newestEntry}`;
  const several = alike === undefined ? '' : `, ${alike} alike`;
  return {
    kind: 'collection',
    name: holder?.name || holderName || className || 'a collection',
    what: `${className}${event ? `, "${event}"` : of}${several}`,
    points: sizes.map(({ atMillis, entries }) => ({ atMillis, value: entries })),
  };
}

function sockets(facts: Facts): Unthinned[] {
  return facts.sockets.map(({ subject: { family, direction, endpoint, state }, trend, points }) => ({
    kind: 'sockets',
    name: `${endpoint} ${state}`.trim() || 'sockets',
    what: `${family.toUpperCase()}${direction === 'unknown' ? '' : `, ${direction}`}`,
    place: null,
    isGrowing: trend.verdict === 'growing',
    points,
  }));
}

function files({ fds }: Facts): Unthinned[] {
  return fds
    .filter(({ subject }) => subject.kind !== 'socket')
    .map(({ subject: { kind, pattern }, trend, points }) => ({
      kind: 'files',
      name: pattern || kind,
      what: kind === pattern ? 'open descriptors' : `open, ${kind}`,
      place: null,
      isGrowing: trend.verdict === 'growing',
      points,
    }));
}

function processes({ children }: Facts): Unthinned[] {
  return children.map(({ subject: { command }, trend, points }) => ({
    kind: 'processes',
    name: command || 'a child process',
    what: 'child processes',
    place: null,
    isGrowing: trend.verdict === 'growing',
    points,
  }));
}

const MOST_RESOURCES = 6;

/** By what they are and where they were made: several stacks may lead to one place. */
function resources({ observations }: Facts): Unthinned[] {
  const byPlace = new Map<string, { picture: Unthinned; at: Map<number, number> }>();
  for (const { type, label, frames, reads } of observations.asyncObservations.flatMap(({ sites }) => sites)) {
    const place = placeOf(blame(frames, 'of calls').subject);
    const key = [label ?? type, place?.file, place?.line].join('|');
    const picture: Unthinned = {
      kind: 'resources',
      name: label || type || 'resources',
      what: label ? `${type}, not answered` : 'still existing, of those created during the capture',
      place,
      isGrowing: false,
      points: [],
    };
    const known = byPlace.get(key) ?? { picture, at: new Map<number, number>() };
    byPlace.set(key, known);
    for (const { atMillis, alive, watched, made } of reads)
      known.at.set(
        atMillis,
        (known.at.get(atMillis) ?? 0) + (watched === 0 ? 0 : Math.round((alive / watched) * made)),
      );
  }
  return [...byPlace.values()]
    .map(({ picture, at }) => {
      const points = [...at].map(([atMillis, value]) => ({ atMillis, value }));
      points.sort((a, b) => a.atMillis - b.atMillis);
      const isGrowing = judgeTrend(points, { leastPoints: 5, leastRise: 4 }).verdict === 'growing';
      return { ...picture, isGrowing, points };
    })
    .sort((a, b) => (b.points.at(-1)?.value ?? 0) - (a.points.at(-1)?.value ?? 0))
    .slice(0, MOST_RESOURCES);
}

export function placeOf(frame: Frame | null): PicturePlace | null {
  return frame && { function: frame.functionName, file: frame.file, line: frame.line };
}
