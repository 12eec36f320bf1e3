// What is said of a heap leak: its kind, title, evidence, confidence and advice, from what the rule found.
import type { Facts } from '../analysis/facts.ts';
import type { GrowingCollection } from '../analysis/growing-collections.ts';
import type { AllocationSite, HeapGrowth } from '../analysis/heap-growth.ts';
import type { CollectionHolder } from '../model/collection.ts';
import type { Evidence, FindingKind } from '../model/finding.ts';
import type { Frame } from '../model/frame.ts';
import { formatBytes, formatDuration, formatShare } from '../model/units.ts';
import type { HeapCause, PilingClosures } from './heap-cause.ts';
import { heapLimitOf } from './limits.ts';
import { heldCollection } from './retainer-path.ts';
import type { Draft } from './rule.ts';
import {
  leakSeverity,
  leakUrgency,
  perSecond,
  place,
  placeWithLibrary,
  risen,
  secondsUntil,
  subjectOf,
} from './wording.ts';

export function describeHeapLeak(leak: HeapCause, facts: Facts): Draft {
  const { growth, filled, closures, site, isMeasured } = leak;
  const { floor, thread } = growth;
  const limit = heapLimitOf(facts.observations);
  const exhaustionSeconds = isMeasured ? secondsUntil(limit, floor) : undefined;
  const blame = filled?.insertion?.blame ?? site?.blame ?? null;
  const frame = closures?.frame ?? blame?.subject ?? null;
  const kind = kindOf(filled);
  const name = filled ? nameOf(filled) : (frame?.functionName ?? 'heap');
  const bytesPerSecond = Math.max(
    0,
    Math.round(isMeasured ? floor.slopePerSecond : (site?.trend.slopePerSecond ?? 0)),
  );
  return {
    kind,
    severity: leakSeverity(exhaustionSeconds),
    confidence: confidenceOf(leak, facts),
    urgency: isMeasured ? leakUrgency(exhaustionSeconds) : SLOW_URGENCY,
    title: closures
      ? closuresTitle(closures)
      : titleOf(kind, filled, name, bytesPerSecond, blame ? placeWithLibrary(blame) : null),
    subject: subjectOf(filled ? 'collection' : frame ? 'function' : 'memory', name, frame, thread),
    impact: {
      metric: 'heap',
      value: bytesPerSecond,
      unit: 'bytes/s',
      share: site?.share,
      exhaustionSeconds,
      limit: isMeasured && limit !== undefined ? `heap limit ${formatBytes(limit)}` : undefined,
    },
    evidence: [...evidenceOf(floor, filled, site), ...closureEvidence(closures)],
    retainerPath: heldCollection(filled, thread, facts)?.path,
    innocentExplanation: `A cache still filling would flatten, a batch would fall back: neither was seen in ${Math.round(facts.lookSeconds)} s.`,
    advice: closures ? CLOSURE_ADVICE : adviceFor(kind, filled),
    caveats: caveatsOf(leak, facts),
    asSymptom: `heap grows by ${formatBytes(bytesPerSecond)}/s${frame ? `, allocated in ${place(frame)}` : ''}`,
    effect: 'heap',
    explains: ['gc', 'native', 'external'],
  };
}

/** Caches of a process this young are often not full yet. */
const YOUNG_SECONDS = 120;

/** A leak too slow to be seen in bytes is a matter of days. */
const SLOW_URGENCY = 0.6;

function confidenceOf({ growth, filled, site, isMeasured }: HeapCause, facts: Facts): number {
  if (!isMeasured) return filled?.insertion ? 0.85 : 0.7;
  const most = startedLately(growth, facts) ? 0.8 : 0.95;
  if (filled?.insertion) return Math.min(most, site ? 0.95 : 0.9);
  if (filled) return 0.75;
  return site ? Math.min(most, 0.85, 0.55 + site.share * 0.35) : 0.5;
}

/** At this pace the whole heap would have been filled long ago: something began a short while ago, perhaps a batch. */
function startedLately({ floor }: HeapGrowth, { observations }: Facts): boolean {
  const uptimeSeconds = observations.target.uptimeSeconds ?? 0;
  return uptimeSeconds > 1_800 && floor.first / floor.slopePerSecond < uptimeSeconds / 4;
}

function caveatsOf({ growth, isMeasured }: HeapCause, facts: Facts): string[] {
  const caveats: string[] = [];
  if (facts.lookSeconds < 25)
    caveats.push(
      'A short look: a cache that takes minutes to fill looks the same. Look for longer to be sure.',
    );
  if (!isMeasured)
    caveats.push(
      'In bytes the growth is still within the noise of the heap; the entries are what was counted.',
    );
  else if (startedLately(growth, facts)) {
    caveats.push(
      'The process has run for much longer than this growth can have lasted: a large batch would look the same. Look again in some minutes.',
    );
  }
  const uptimeSeconds = facts.observations.target.uptimeSeconds ?? Number.POSITIVE_INFINITY;
  if (uptimeSeconds < YOUNG_SECONDS) {
    caveats.push(
      `The process had run for ${formatDuration(uptimeSeconds * 1_000)} only: a cache may still be filling. Look again later to be sure.`,
    );
  }
  return caveats;
}

/** Told by who adds to the collection: Node's emitters, or an async hook. */
function kindOf(filled: GrowingCollection | null): FindingKind {
  if (filled?.collection.type === 'EventEmitter' || filled?.collection.type === 'EventTarget')
    return 'listener-leak';
  const frames = filled?.insertion?.frames ?? [];
  if (frames[0]?.file === 'node:events' || /event_target/.test(frames[0]?.file ?? '')) return 'listener-leak';
  return isCalledByHook(frames) ? 'async-context-leak' : 'heap-leak';
}

/** The user code that adds was called by Node because an async resource was made. */
function isCalledByHook(frames: readonly Frame[]): boolean {
  const caller = frames.find(({ owner }) => owner === 'node');
  return /async_hooks|promise_hook/.test(caller?.file ?? '') && /init/i.test(caller?.functionName ?? '');
}

function nameOf({ collection }: GrowingCollection): string {
  return (
    collection.holderName ??
    (collection.holder?.kind === 'variable' ? collection.holder.name : null) ??
    (collection.className === collection.type ? collection.type : collection.className)
  );
}

function titleOf(
  kind: FindingKind,
  filled: GrowingCollection | null,
  name: string,
  bytesPerSecond: number,
  where: string | null,
): string {
  const at = where ? ` (${where})` : '';
  if (!filled)
    return `The heap grows by ${formatBytes(bytesPerSecond)}/s${where ? `; what stays is allocated in \`${name}\`` : ', of unknown origin'}${at}`;
  const { collection, trend } = filled;
  const rate = perSecond(trend.slopePerSecond);
  if (kind === 'listener-leak') return listenerTitle(collection, rate, at);
  const type =
    collection.className === collection.type
      ? collection.type
      : `${collection.className} (a ${collection.type})`;
  if (collection.alike !== undefined) return alikeTitle(collection, type, rate, at);
  const named = collection.holderName ? `${type} \`${collection.holderName}\`` : `${aOrAn(type)}`;
  return `${named} grows by ${rate.replace('/s', ' entries/s')} ${collection.type === 'Array' ? 'more than is taken out' : 'and is never trimmed'}${at}`;
}

/** "Arrays like `room.messages` (40 of them) grow by 30 entries/s together (src/chat.ts:12, post)" */
function alikeTitle(
  { holderName, alike }: GrowingCollection['collection'],
  type: string,
  rate: string,
  at: string,
): string {
  const like = holderName ? ` like \`${holderName}\`` : '';
  return `${type}s${like} (${alike} of them) grow by ${rate.replace('/s', ' entries/s')} together, and are never trimmed${at}`;
}

/** "Listeners for 'order' pile up on EventEmitter `bus` by 5/s and are never removed (src/feed.ts:12, follow)" */
function listenerTitle(
  { event, className, type, holderName }: GrowingCollection['collection'],
  rate: string,
  at: string,
): string {
  const isEmitter = type === 'EventEmitter' || type === 'EventTarget';
  const emitter = [isEmitter ? className : '', holderName ? `\`${holderName}\`` : '']
    .filter(Boolean)
    .join(' ');
  const of = event === undefined ? '' : ` for '${event}'`;
  return `Listeners${of} pile up${emitter ? ` on ${emitter}` : ''} by ${rate} and are never removed${at}`;
}

/** "Functions `quote` pile up by 12/s, each keeps what it closes over (src/prices.ts:15)" */
function closuresTitle({ frame, perSecond: rate, last, isChain }: PilingClosures): string {
  const named = frame.functionName === '(anonymous)' ? '' : ` \`${frame.functionName}\``;
  if (isChain && rate < 1)
    return `Functions${named} hold each other in a chain of ${last} or more, with what each closes over (${place(frame)})`;
  return `Functions${named} pile up by ${perSecond(rate)}, and each keeps what it closes over (${place(frame)})`;
}

function closureEvidence(closures: PilingClosures | null): Evidence[] {
  if (!closures) return [];
  const { frame, first, last, perSecond: value } = closures;
  const statement = `functions made at ${place(frame)}: ${first} at the first count of live objects, ${last} at the last`;
  return [{ source: 'census', statement, value, unit: 'per second' }];
}

const CLOSURE_ADVICE = [
  'Find who keeps these functions: a list of callbacks, or each holding the one before it. Let them go, or keep the data and not the functions.',
];

function aOrAn(noun: string): string {
  return `${/^[AEIO]/.test(noun) ? 'An' : 'A'} ${noun}`;
}

function evidenceOf(
  floor: HeapGrowth['floor'],
  filled: GrowingCollection | null,
  site: AllocationSite | null,
): Evidence[] {
  const evidence: Evidence[] = [
    {
      source: 'gc',
      statement: `memory in use after a full GC ${risen(floor)}, from ${formatBytes(floor.first)} to ${formatBytes(floor.last)}`,
      value: floor.slopePerSecond,
      unit: 'bytes/s',
    },
  ];
  if (filled) {
    const { collection, trend } = filled;
    const newest = collection.newestEntry ? `, newest entry: ${collection.newestEntry}` : '';
    evidence.push({
      source: 'census',
      statement: `${collection.type}: ${trend.first} to ${trend.last} ${collection.event === undefined ? 'entries' : 'listeners'}, ${risen(trend)}${newest}`,
      value: trend.slopePerSecond,
      unit: 'entries/s',
    });
  }
  if (filled?.collection.holder)
    evidence.push({ source: 'references', statement: heldBy(filled.collection.holder) });
  if (filled?.insertion) {
    const caller = filled.insertion.blame.caller;
    evidence.push({
      source: 'census',
      statement: `entries were seen being added in ${placeWithLibrary(filled.insertion.blame)}${caller ? `, called by ${place(caller)}` : ''}`,
    });
  }
  if (site) {
    evidence.push({
      source: 'heap-sampling',
      statement: `${formatShare(site.share)} of the growth is allocated in ${placeWithLibrary(site.blame)}: live bytes ${risen(site.trend)}`,
      value: Math.round(site.trend.slopePerSecond),
      unit: 'bytes/s',
    });
  }
  return evidence;
}

/** "held by the variable `sessions` that `remember` closes over" */
function heldBy({ kind, name, of }: CollectionHolder): string {
  const at = of === '' ? '' : kind === 'variable' ? ` that \`${of}\` closes over` : ` of ${of}`;
  switch (kind) {
    case 'variable':
      return `held by the variable \`${name}\`${at}`;
    case 'property':
      return `held by the property \`${name}\`${at}`;
    case 'entry':
      return `one of those in \`${name}\`${of === '' ? '' : `, of ${of}`}`;
    case 'global':
      return `held by the global \`${name}\``;
    case 'exports':
      return `it is what the module ${name} exports`;
    case 'handle':
      return 'held by an open handle';
  }
}

function adviceFor(kind: FindingKind, filled: GrowingCollection | null): string[] {
  if (kind === 'listener-leak')
    return [
      'Remove the listener when its owner is done (off, once, or an AbortSignal), or add it once outside of the request.',
    ];
  if (kind === 'async-context-leak')
    return [
      'Do not keep promises or requests in the context, leave it when the request ends, or use AsyncLocalStorage.',
    ];
  if (!filled)
    return [
      'Find what keeps these objects: a module-level collection, a closure or a listener that is never let go.',
    ];
  const bound = {
    Map: 'an LRU with a maximum',
    Set: 'a maximum',
    Array: 'a ring buffer',
    Object: 'a Map with a maximum',
    EventEmitter: 'one listener for all',
    EventTarget: 'one listener for all',
  }[filled.collection.type];
  return [
    filled.collection.type === 'Array'
      ? 'If it is a queue, its consumers are too slow: add consumers or push back. Otherwise bound it (a ring buffer).'
      : `Bound it (${bound}), or delete entries when what they stand for has ended.`,
  ];
}
