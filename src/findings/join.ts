// One root cause, one finding: drafts that another one explains become its symptoms.
import type { Subject } from '../model/finding.ts';
import { KINDS_BY_CAUSE, kindInfo, type LimitInfo } from './kinds.ts';
import type { Draft } from './rule.ts';
import { JOINING } from './thresholds/joining.ts';

export interface Joined {
  draft: Draft;
  symptoms: string[];
}

export function joinDrafts(drafts: readonly Draft[]): Joined[] {
  const ordered = drafts.toSorted((a, b) => causeOrder(a) - causeOrder(b) || b.urgency - a.urgency);
  const joined: Joined[] = [];
  for (const draft of ordered) {
    const cause = joined.find((candidate) => explains(candidate.draft, draft));
    if (!cause) {
      joined.push({ draft, symptoms: [] });
      continue;
    }
    cause.symptoms.push(draft.asSymptom);
    inheritLimit(cause.draft, draft);
  }
  return joined;
}

/** A kind that the registry moves back when it has no place in the code comes right after the other. */
function causeOrder({ kind, subject }: Draft): number {
  const { unplacedAfter } = kindInfo(kind);
  return unplacedAfter !== undefined && subject.file === null
    ? KINDS_BY_CAUSE.indexOf(unplacedAfter) + 0.5
    : KINDS_BY_CAUSE.indexOf(kind);
}

function explains(cause: Draft, draft: Draft): boolean {
  const { limit } = kindInfo(draft.kind);
  if (limit) return movesTowards(limit, cause, draft);
  if (isSameSubject(cause.subject, draft.subject)) return !outgrows(draft, cause);
  if (!cause.explains.includes(draft.effect) || outgrows(draft, cause)) return false;
  if (isOtherWait(cause, draft)) return false;
  if (isWaiting(cause) && !isWaiting(draft) && !isMemory(draft)) return isPaced(cause, draft);
  // Time on the CPU elsewhere in the code is a cause of its own; so is memory, when it says where and is too much for
  // what accumulates.
  if (cause.effect === 'throttling') return isHeldUp(draft);
  if (draft.effect === 'cpu') return isSameFile(cause.subject, draft.subject);
  if (isMemory(draft) && !isMemory(cause) && draft.subject.file !== null) {
    return isSameFile(cause.subject, draft.subject) || isPlausible(draft, cause);
  }
  return true;
}

/** A limit that nothing moves towards is a finding of its own, whatever else leaks. */
function movesTowards({ movedBy, through, isTimed }: LimitInfo, cause: Draft, limit: Draft): boolean {
  if (!isGrowth(cause) || (isTimed && limit.impact.exhaustionSeconds === undefined)) return false;
  return movedBy.includes(cause.effect) || through.some((effect) => cause.explains.includes(effect));
}

/** What accumulates may hold that much memory: each socket, timer or process its part. */
function isPlausible(memory: Draft, cause: Draft): boolean {
  if (cause.impact.unit !== 'per second' || cause.impact.value <= 0) return false;
  const { collection, other } = JOINING.largestPartBytes;
  const largest = memory.subject.type === 'collection' ? collection : other;
  const { entriesPerSecond = 0 } = memory;
  return (
    memory.impact.value / cause.impact.value <= largest &&
    entriesPerSecond / cause.impact.value <= JOINING.mostEntries
  );
}

/** What a quota below one core makes of the main thread's code: shares of time in which most of it was stopped. */
function isHeldUp({ kind, subject }: Draft): boolean {
  return kindInfo(kind).isStretchedByQuota === true && subject.thread === 0;
}

/** Requests that come in and wait at two places are two causes; those that go out explain the ones behind them. */
function isOtherWait(cause: Draft, draft: Draft): boolean {
  const isPlaced = cause.subject.file !== null && draft.subject.file !== null;
  const isElsewhere = !isSameFile(cause.subject, draft.subject) || cause.subject.line !== draft.subject.line;
  return Boolean(cause.isInbound && draft.isInbound) && isPlaced && isElsewhere;
}

/** What waits holds sockets and timers: of its own endpoint, or as many as there are waiting. */
function isPaced(cause: Draft, draft: Draft): boolean {
  if (!isGrowth(draft)) return true;
  if (draft.subject.type === 'socket' && draft.subject.name === cause.subject.name) return true;
  const ratio = draft.impact.value / Math.max(1e-6, cause.impact.value);
  return ratio > 1 / JOINING.samePace && ratio < JOINING.samePace;
}

function isWaiting({ kind }: Draft): boolean {
  return kindInfo(kind).isWaiting === true;
}

function isGrowth({ impact }: Draft): boolean {
  return impact.unit === 'bytes/s' || impact.unit === 'per second';
}

function isMemory({ effect }: Draft): boolean {
  return effect === 'heap' || effect === 'external' || effect === 'native';
}

/** Buffers in a Map grow the heap a little; a heap of strings grows external memory a little. The larger one leads. */
function outgrows(draft: Draft, cause: Draft): boolean {
  return isMemory(draft) && isMemory(cause) && draft.impact.value > cause.impact.value * JOINING.dominates;
}

function isSameSubject(a: Subject, b: Subject): boolean {
  const isNamed = a.function !== '(anonymous)';
  const isSameName = a.function === b.function && (isNamed || a.line === b.line);
  return isSameFile(a, b) && isSameName && a.thread === b.thread;
}

function isSameFile(a: Subject, b: Subject): boolean {
  return a.file !== null && a.file === b.file;
}

/** What runs out first is said with the cause. */
function inheritLimit(cause: Draft, symptom: Draft): void {
  // Nobody waits for hours for a limit while requests get no answer.
  if (isWaiting(cause)) return;
  // What grows outside of the heap does not fill it.
  if (symptom.effect === 'heap' && (cause.effect === 'native' || cause.effect === 'external')) return;
  const { exhaustionSeconds, limit } = symptom.impact;
  if (
    exhaustionSeconds === undefined ||
    exhaustionSeconds >= (cause.impact.exhaustionSeconds ?? Number.POSITIVE_INFINITY)
  )
    return;
  cause.impact = { ...cause.impact, exhaustionSeconds, limit };
}
