// The text of a heap leak: its kind, title, evidence, confidence and advice, from what the rule found.
import type { Blame } from '../../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../../analysis/facts.ts';
import type { GrowingCollection } from '../../../analysis/growth/growing-collections.ts';
import type { HeapGrowth } from '../../../analysis/growth/heap-growth.ts';
import type { FindingKind } from '../../../model/finding.ts';
import type { Frame } from '../../../model/frame.ts';
import { formatBytes } from '../../../units/units.ts';
import { throughLibrary } from '../../creation-site.ts';
import type { RunsOut } from '../../leak-draft.ts';
import { measureHolder } from '../../next-measurement.ts';
import type { Draft } from '../../rule.ts';
import { HEAP_LEAK } from '../../thresholds/memory.ts';
import { confidenceAt, onScale } from '../../thresholds/scale.ts';
import { sayYoung } from '../../verdict/young-process.ts';
import {
  chainOf,
  inBrackets,
  latePace,
  leakSeverity,
  leakUrgency,
  lineOf,
  packageOf,
  perSecond,
  place,
  placeWithLibrary,
  subjectOf,
} from '../../wording.ts';
import { isSubscribed, isSubscribing, listenersInnocence } from '../../words/listener-words.ts';
import { nodeClassWords, nodeListWords } from '../../words/node-class-words.ts';
import { nodesFrames } from '../../words/node-frame-words.ts';
import { fillingWords } from '../filling.ts';
import type { HeapCause } from '../heap-cause.ts';
import { whenHeapRunsOut } from '../heap-impact.ts';
import { clearlyGrown, heldCollection } from '../retainer-path.ts';
import { adviceOn, isQueued, isWaiting } from './heap-leak-advice.ts';
import {
  closureEvidence,
  evidenceOf,
  largeTextEvidence,
  registryBehind,
  registryEvidence,
  snapshotEvidence,
} from './heap-leak-evidence.ts';
import { closuresTitle, nameOf, originTitle, titleOf } from './heap-leak-title.ts';

export function describeHeapLeak(leak: HeapCause, facts: Facts): Draft {
  const { growth, filled, closures, site, maker, isMeasured } = leak;
  const { floor, thread } = growth;
  const runsOut: Partial<RunsOut> = isMeasured ? whenHeapRunsOut(floor, facts) : {};
  const { exhaustionSeconds } = runsOut;
  const caught = filled?.insertion?.blame ?? site?.blame ?? maker?.blame ?? null;
  const blame = caught && throughLibrary(caught, facts);
  const isInferred = caught?.app === null && blame?.app != null;
  const isPackages = closures?.frame.owner === 'library';
  const frame = (isPackages ? blame?.subject : null) ?? closures?.frame ?? blame?.subject ?? null;
  const kind = kindOf(filled);
  const name = filled ? nameOf(filled) : (frame?.functionName ?? 'heap');
  const bytesPerSecond = Math.max(
    0,
    Math.round(isMeasured ? floor.slopePerSecond : (site?.trend.slopePerSecond ?? floor.slopePerSecond)),
  );
  const known = knownClass(leak, facts, bytesPerSecond);
  const registry = known ? null : registryBehind(leak, facts);
  const grown = known || filled || closures || !site ? null : clearlyGrown(thread, facts);
  return {
    kind,
    severity: leakSeverity(exhaustionSeconds),
    confidence: confidenceOf(leak, facts),
    urgency: isMeasured ? leakUrgency(exhaustionSeconds) : HEAP_LEAK.slowUrgency,
    title: known
      ? `${known.title}${closures && frame ? ` (${place(frame)})` : inBrackets(blame)}`
      : closures
        ? closuresTitle(closures, isPackages ? blame : null)
        : filled || (blame?.subject && !maker)
          ? titleOf(kind, leak, {
              name,
              bytesPerSecond,
              where: blame?.subject ? placeWithLibrary(blame) : null,
              grown,
            })
          : originTitle(leak, bytesPerSecond, blame && placeWithLibrary(blame)),
    subject: subjectOf(filled ? 'collection' : frame ? 'function' : 'memory', name, frame, thread),
    impact: {
      metric: 'heap',
      value: bytesPerSecond,
      unit: 'bytes/s',
      // Without a floor that rises, the growth of the named place is all that is known.
      share: isMeasured ? site?.share : undefined,
      ...runsOut,
    },
    evidence: [
      ...evidenceOf(leak),
      ...closureEvidence(closures),
      ...registryEvidence(registry),
      ...largeTextEvidence(leak, facts.observations.collections),
      ...snapshotEvidence(grown),
    ],
    ...((!closures || isPackages) && blame && chainOf(blame)),
    retainerPath: heldCollection(filled, thread, facts)?.path,
    innocentExplanation: known
      ? `Node.js keeps them until they are cleared. The heap rose ${latePace(floor)}.`
      : kind === 'listener-leak'
        ? listenersInnocence(filled)
        : innocenceOf(leak, name),
    advice: known ? [known.advice] : adviceOn(leak, { kind, blame, registry, isInferred, grown }),
    caveats: [...(isInferred && filled ? [inferredCaveat(blame)] : []), ...caveatsOf(leak, kind, facts)],
    ...(!known && isHeldByUnknown(leak, facts) && { nextMeasurement: measureHolder(facts) }),
    asSymptom: `${bytesPerSecond > 0 ? `heap grows by ${formatBytes(bytesPerSecond)}/s` : `${name} keeps more and more`}${frame ? `, allocated in ${place(frame)}` : ''}`,
    effect: 'heap',
    ...(filled && { entriesPerSecond: filled.trend.slopePerSecond }),
    explains: ['gc', 'native', 'external', 'slower'],
  };
}

function inferredCaveat({ app, inner, library }: Blame): string {
  return `${packageOf((inner ?? library)!)} adds the entries when no code of the program is on the stack. ${lineOf(app!)} is the place that was observed to call it most.`;
}

function isHeldByUnknown({ filled, growth: { thread } }: HeapCause, facts: Facts): boolean {
  return !filled?.insertion && !filled?.collection.holder && !heldCollection(filled, thread, facts);
}

/** What would look the same and do no harm, and what speaks against it here. */
function innocenceOf({ filled, growth: { floor } }: HeapCause, name: string): string {
  if (filled?.filling)
    return `${filled.filling.isNearby ? `\`${filled.filling.limitName}\` beside it may be its maximum` : 'It has a maximum, but the memory would run out before it is reached'}: ${fillingWords(filled.filling)}.`;
  if (!filled)
    return `A cache that fills, or a batch, looks the same at first. The heap rose ${latePace(floor)}.`;
  if (filled.collection.type === 'Chain')
    return `Objects that are created once at start-up, each from the one before, stop increasing in number. It grew ${latePace(filled.trend)}.`;
  if (isQueued(filled.collection.type) || isWaiting(filled))
    return `A burst that is worked off afterwards looks the same at first. It grew ${latePace(filled.trend)}.`;
  // Low points stand in steps, and say little of the pace at the end.
  const until = filled.isTrimmed
    ? 'What is left after each removal rose until the end of the capture.'
    : `It grew ${latePace(filled.trend)}.`;
  return `If \`${name}\` is a cache with a bound, it is still filling. ${until}`;
}

function confidenceOf({ growth, filled, site, isMeasured }: HeapCause, facts: Facts): number {
  const sure = HEAP_LEAK.confidence;
  if (!isMeasured) return confidenceAt(sure.unmeasured, filled?.insertion);
  const most = startedLately(growth, facts) ? sure.mostOfLate : sure.most;
  const isPlaced = filled?.insertion || (filled?.collection.type === 'Chain' && site);
  if (isPlaced) return Math.min(most, confidenceAt(sure.filled, site));
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

function caveatsOf(
  { growth, filled, closures, isMeasured }: HeapCause,
  kind: FindingKind,
  facts: Facts,
): string[] {
  const isOfListeners = kind === 'listener-leak';
  const caveats: string[] = [];
  const isStream = filled !== null && isWaiting(filled);
  if (facts.lookSeconds < HEAP_LEAK.shortLookSeconds && !isOfListeners)
    caveats.push(
      `The capture was short: ${isStream ? 'a burst that takes minutes to pass' : 'a cache that takes minutes to fill'} looks the same.`,
    );
  if (!isMeasured)
    caveats.push(
      `In bytes the growth is still within the noise of the heap. The finding rests on the number of ${closures ? 'functions' : 'entries'}.`,
    );
  else if (startedLately(growth, facts)) {
    caveats.push(
      'The process has run for much longer than this growth can have lasted, and a large batch looks the same. Diagnose it again in a few minutes.',
    );
  }
  caveats.push(...sayYoung(facts, youngOnes(isOfListeners, isStream)));
  return caveats;
}

/** What may be going on in a young process. */
function youngOnes(isOfListeners: boolean, isStream: boolean): string {
  if (isOfListeners) return 'clients may still be connecting';
  return isStream ? 'the load may still be that of start-up' : 'a cache may still be filling';
}

/** Told by who adds to the collection: Node's emitters, or an async hook. */
function kindOf(filled: GrowingCollection | null): FindingKind {
  if (filled?.collection.type === 'EventEmitter' || filled?.collection.type === 'EventTarget')
    return 'listener-leak';
  const frames = filled?.insertion?.frames ?? [];
  if (frames[0]?.file === 'node:events' || /event_target/.test(frames[0]?.file ?? '')) return 'listener-leak';
  if (/^function\b/.test(filled?.collection.newestEntry ?? '') && frames.some(isSubscribing))
    return 'listener-leak';
  if (isSubscribed(frames)) return 'listener-leak';
  return isCalledByHook(frames) ? 'async-context-leak' : 'heap-leak';
}

/** The user code that adds was called by Node because an async resource was made. */
function isCalledByHook(frames: readonly Frame[]): boolean {
  const caller = frames.find(({ owner }) => owner === 'node');
  return /async_hooks|promise_hook/.test(caller?.file ?? '') && /init/i.test(caller?.functionName ?? '');
}

/** Objects of Node's own that it keeps itself: what it is that accumulates, and what to do. */
function knownClass(
  { most, filled, closures, site }: HeapCause,
  { observations, timers }: Facts,
  bytesPerSecond: number,
) {
  const grows = `The heap grows by ${formatBytes(bytesPerSecond)}/s`;
  const isHeld = closures || filled?.collection.holder || filled?.collection.holderName;
  const list = isHeld
    ? null
    : nodeListWords(filled?.collection.newestEntry ?? '', filled || !site ? [] : nodesFrames(site.frames));
  const rate = filled ? perSecond(filled.trend.slopePerSecond) : null;
  if (list) return { title: `${grows}: ${list.title(rate)}`, advice: list.advice };
  // Those that still wait are counted, and none of these.
  const words =
    most && timers.verdict !== 'growing' && nodeClassWords(most.name, observations.target.nodeVersion);
  if (!words) return null;
  return { title: `${grows}: ${words.title(perSecond(most.perSecond))}`, advice: words.advice };
}
