// From what remains in every round to findings with a line: one for each place, the most specific first; and what was seen
// and not reported, with the reason.
import { isMainThread } from 'node:worker_threads';
import { placeWithLibrary } from '../findings/wording.ts';
import { collectionFindings, type DraftFinding } from './accuse-collections.ts';
import { type Check, numberedRounds } from './check.ts';
import type { LeakFinding } from './contract.ts';
import { medianStep } from './measure/every-round.ts';
import type { RawStack } from './measure/own-inspector.ts';
import { locate, type Places } from './places.ts';
import { endsByItself, kindOf } from './resource-kinds.ts';
import {
  growsOn,
  isBufferMemorySuspect,
  type ResourceSuspect,
  suspectFiles,
  suspectHeapSites,
  suspectResources,
} from './suspects.ts';

export interface Judged {
  findings: LeakFinding[];
  settled: string[];
}

const MOST_FINDINGS = 5;

export function accuse(check: Check, cwd: string): Judged {
  const { settings, inspector, signals, openings } = check;
  const rounds = numberedRounds(check);
  const alive = signals.watch.alive();
  const resources = suspectResources(alive, signals.readings, rounds);
  const growing = signals.collections.growing();
  const heapSites = suspectHeapSites(
    signals.readings,
    settings.rounds,
    check.batches,
    settings.leastHeapBytes,
  );
  const stacks = [
    ...resources.map(({ alive }) => alive[0]!.stack),
    ...growing.flatMap(({ insertions }) => insertions),
    ...heapSites.map(({ stack }) => stack),
    ...(openings?.openings.values() ?? []),
  ];
  const places = locate(inspector, stacks, cwd);
  const { drafts: fromCollections, settled, hasMocks } = collectionFindings(growing, places, settings.rounds);
  const drafts = [
    ...resources.map((suspect) => resourceFinding(suspect, places, settings.rounds)),
    // A FileHandle is an open file, too.
    ...(resources.some(({ alive }) => alive[0]!.type === 'FILEHANDLE')
      ? []
      : fileFindings(check, rounds, places)),
    ...fromCollections,
  ].sort((a, b) => a.order - b.order);
  // What mocks record holds what the body made: that memory is explained.
  if (drafts.length === 0 && !hasMocks) drafts.push(...memoryFindings(check, heapSites, places));
  const accused = onePerPlace(drafts);
  const free = accused.filter((finding) => !ignoredBecause(finding, settings.ignore));
  return {
    findings: free.slice(0, MOST_FINDINGS),
    settled: [
      ...settledResources(alive, resources),
      ...settled,
      ...accused.flatMap((finding) => ignoredBecause(finding, settings.ignore) ?? []),
    ],
  };
}

function resourceFinding({ alive, counts }: ResourceSuspect, places: Places, rounds: number): DraftFinding {
  const kind = kindOf(alive[0]!);
  const { stack } = alive[0]!;
  const measured = counts.slice(0, rounds + 1);
  const perRound = Math.max(1, medianStep(measured));
  return {
    ...siteOf(stack, places),
    order: kind.order,
    kind: kind.kind,
    title: `${capital(kind.many)} accumulate at ${perRound} a round and are never ended (${placeWithLibrary(places.blameOf(stack))})`,
    advice: kind.advice,
    perRound,
    unit: 'count',
    counts: measured,
  };
}

function fileFindings(check: Check, rounds: number, places: Places): DraftFinding[] {
  const files = suspectFiles(check.signals.readings, rounds);
  const first = files[0];
  if (!first) return [];
  const openings = check.openings?.openings;
  const fds = [...(check.signals.readings.files ?? [])]
    .filter(([, { round }]) => round > 0)
    .map(([fd]) => fd);
  const stack = fds.map((fd) => openings?.get(fd)).find((found) => found !== undefined) ?? [];
  // Descriptors are of the process: in a thread, those that it did not open are another thread's.
  if (stack.length === 0 && !isMainThread) return [];
  const counts = Array.from(
    { length: check.settings.rounds + 1 },
    (_, round) => files.filter((file) => file.round <= round).length,
  );
  const perRound = Math.max(1, medianStep(counts));
  return [
    {
      ...siteOf(stack, places),
      order: 3,
      kind: 'fd-leak',
      title: `Open files accumulate at ${perRound} a round and are never closed: ${first.path} (${placeWithLibrary(places.blameOf(stack))})`,
      advice: 'Close it on every path: try/finally around fs.openSync, stream.pipeline() instead of pipe().',
      perRound,
      unit: 'count',
      counts,
    },
  ];
}

/** Told only where nothing else is: each leak takes memory. */
function memoryFindings(
  check: Check,
  sites: ReturnType<typeof suspectHeapSites>,
  places: Places,
): DraftFinding[] {
  const { readings } = check.signals;
  const { rounds } = check.settings;
  const site = sites[0];
  if (site) {
    const counts = site.bytes.slice(0, rounds + 1);
    const perRound = medianStep(counts);
    return [
      {
        ...siteOf(site.stack, places, 'of functions'),
        order: 8,
        kind: 'heap-leak',
        title: `The heap grows by about ${perRound} bytes a round; the retained objects are allocated in ${placeWithLibrary(places.blameOf(site.stack, 'of functions'))}`,
        advice:
          'Find what keeps these objects: a module-level variable, a closure, or a chain in which each holds the one before it.',
        perRound,
        unit: 'bytes',
        counts,
      },
    ];
  }
  const isOutside = isBufferMemorySuspect(readings) && growsOn(readings.bufferBytes, rounds, check.batches);
  if (!isOutside) return [];
  const counts = readings.bufferBytes.slice(0, rounds + 1);
  return [
    {
      ...siteOf([], places),
      order: 9,
      kind: 'external-memory-leak',
      title: `Memory of buffers grows by about ${medianStep(counts)} bytes a round (what retains them is unknown)`,
      advice:
        'Find what keeps Buffers or ArrayBuffers: a list of chunks, or a small slice of a large buffer.',
      perRound: medianStep(counts),
      unit: 'bytes',
      counts,
    },
  ];
}

export function siteOf(
  stack: RawStack,
  places: Places,
  lines: 'of functions' | 'of calls' = 'of calls',
): Pick<LeakFinding, 'file' | 'line' | 'function' | 'stack'> {
  const { subject } = places.blameOf(stack, lines);
  return {
    file: subject?.file ?? null,
    line: subject?.line ?? null,
    function: subject?.functionName ?? null,
    stack: places
      .framesOf(stack)
      .filter(({ owner }) => owner !== 'node')
      .slice(0, 8)
      .map(({ file, line, functionName }) => `${file}:${line}, ${functionName}`),
  };
}

/** A leaked child process has leaked pipes, a socket an entry in its agent: the first of a line stands for all. */
function onePerPlace(drafts: DraftFinding[]): LeakFinding[] {
  const seen = new Set<string>();
  return drafts.flatMap(({ order: _, ...finding }) => {
    const place = finding.file === null ? finding.title : `${finding.file}:${finding.line}`;
    if (seen.has(place)) return [];
    seen.add(place);
    return [finding];
  });
}

function ignoredBecause(finding: LeakFinding, ignore: Check['settings']['ignore']): string | null {
  const text = `${finding.title}\n${finding.stack.join('\n')}`;
  for (const { match, reason } of ignore)
    if (typeof match === 'string' ? text.includes(match) : text.search(match) >= 0)
      return `ignored, ${reason}: ${finding.title}`;
  return null;
}

function settledResources(
  alive: ReturnType<Check['signals']['watch']['alive']>,
  accused: ResourceSuspect[],
): string[] {
  const counts = new Map<string, number>();
  const guilty = new Set(accused.flatMap(({ alive }) => alive));
  for (const made of alive) {
    const why = guilty.has(made) || made.round === 0 ? null : endsByItself(made);
    if (why) counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  return [...counts].map(([why, count]) => `${count} ${why}`);
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
