// What is said of a heap leak: its kind, title, evidence, confidence and advice, from what the rule found.
import type { Facts } from '../../analysis/facts.ts';
import type { GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import type { HeapGrowth } from '../../analysis/growth/heap-growth.ts';
import type { FindingKind } from '../../model/finding.ts';
import type { Frame } from '../../model/frame.ts';
import { formatBytes } from '../../units/units.ts';
import { heapLimitOf } from '../limits.ts';
import type { Draft } from '../rule.ts';
import { HEAP_LEAK } from '../thresholds/memory.ts';
import { confidenceAt, onScale } from '../thresholds/scale.ts';
import {
  leakSeverity,
  leakUrgency,
  packageOf,
  place,
  placeWithLibrary,
  secondsUntil,
  subjectOf,
} from '../wording.ts';
import { sayYoung } from '../young-process.ts';
import type { HeapCause } from './heap-cause.ts';
import { closureEvidence, evidenceOf } from './heap-leak-evidence.ts';
import { closuresTitle, nameOf, titleOf } from './heap-leak-title.ts';
import { heldCollection } from './retainer-path.ts';

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
    Math.round(isMeasured ? floor.slopePerSecond : (site?.trend.slopePerSecond ?? floor.slopePerSecond)),
  );
  return {
    kind,
    severity: leakSeverity(exhaustionSeconds),
    confidence: confidenceOf(leak, facts),
    urgency: isMeasured ? leakUrgency(exhaustionSeconds) : HEAP_LEAK.slowUrgency,
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
    evidence: [...evidenceOf(growth, filled, site), ...closureEvidence(closures)],
    retainerPath: heldCollection(filled, thread, facts)?.path,
    innocentExplanation: `A cache still filling would flatten, a batch would fall back: neither was seen in ${Math.round(facts.lookSeconds)} s.`,
    advice: closures ? CLOSURE_ADVICE : adviceFor(kind, filled),
    caveats: caveatsOf(leak, facts),
    asSymptom: `heap grows by ${formatBytes(bytesPerSecond)}/s${frame ? `, allocated in ${place(frame)}` : ''}`,
    effect: 'heap',
    explains: ['gc', 'native', 'external', 'slower'],
  };
}

function confidenceOf({ growth, filled, site, isMeasured }: HeapCause, facts: Facts): number {
  const sure = HEAP_LEAK.confidence;
  if (!isMeasured) return confidenceAt(sure.unmeasured, filled?.insertion);
  const most = startedLately(growth, facts) ? sure.mostOfLate : sure.most;
  if (filled?.insertion) return Math.min(most, confidenceAt(sure.filled, site));
  if (filled) return sure.unfilled;
  return site ? Math.min(most, onScale(sure.allocated, site.share)) : sure.unknown;
}

/** At this pace the whole heap would have been filled long ago: something began a short while ago, perhaps a batch. */
function startedLately({ floor }: HeapGrowth, { observations }: Facts): boolean {
  const uptimeSeconds = observations.target.uptimeSeconds ?? 0;
  return (
    uptimeSeconds > HEAP_LEAK.lateUptimeSeconds &&
    floor.first / floor.slopePerSecond < uptimeSeconds / HEAP_LEAK.lateTimes
  );
}

function caveatsOf({ growth, isMeasured }: HeapCause, facts: Facts): string[] {
  const caveats: string[] = [];
  if (facts.lookSeconds < HEAP_LEAK.shortLookSeconds)
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
  caveats.push(...sayYoung(facts, 'a cache may still be filling'));
  return caveats;
}

/** Told by who adds to the collection: Node's emitters, or an async hook. */
function kindOf(filled: GrowingCollection | null): FindingKind {
  if (filled?.collection.type === 'EventEmitter' || filled?.collection.type === 'EventTarget')
    return 'listener-leak';
  const frames = filled?.insertion?.frames ?? [];
  if (frames[0]?.file === 'node:events' || /event_target/.test(frames[0]?.file ?? '')) return 'listener-leak';
  if (/^function\b/.test(filled?.collection.newestEntry ?? '') && frames.some(isSubscribing))
    return 'listener-leak';
  return isCalledByHook(frames) ? 'async-context-leak' : 'heap-leak';
}

/** As emitters and stores of all makes call it. */
function isSubscribing({ functionName, owner }: Frame): boolean {
  const name = functionName.split('.').at(-1)!;
  return (
    owner === 'library' && /^(on|once|addListener|addEventListener|subscribe|listen|observe)$/.test(name)
  );
}

/** The user code that adds was called by Node because an async resource was made. */
function isCalledByHook(frames: readonly Frame[]): boolean {
  const caller = frames.find(({ owner }) => owner === 'node');
  return /async_hooks|promise_hook/.test(caller?.file ?? '') && /init/i.test(caller?.functionName ?? '');
}

const CLOSURE_ADVICE = [
  'Find who keeps these functions: a list of callbacks, or each holding the one before it. Let them go, or keep the data and not the functions.',
];

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
  const { app, library } = filled.insertion?.blame ?? {};
  if (app && library)
    return [
      `${place(app)} calls ${packageOf(library)}, which keeps what it is given: call it once and not each time, or look for its option that bounds or expires it.`,
    ];
  return [
    filled.collection.type === 'Array'
      ? 'If it is a queue, its consumers are too slow: add consumers or push back. Otherwise bound it (a ring buffer).'
      : `Bound it (${bound}), or delete entries when what they stand for has ended.`,
  ];
}
