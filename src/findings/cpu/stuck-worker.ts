// Worker threads whose event loop no longer turns, while requests get no answer: their task never ends.
import type { Facts } from '../../analysis/facts.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatCount, formatDuration } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { STUCK } from '../thresholds/cpu.ts';
import {
  capitalised,
  chainOf,
  nameOfCode,
  perSecond,
  place,
  placeWithLibrary,
  subjectOf,
} from '../wording.ts';
import { findHeld, type HeldLoop } from './stuck-loop.ts';

/** To compute for long is what workers are for: nothing is said while everybody is answered. One draft for each function. */
export function describeStuckWorkers(facts: Facts): Draft[] {
  const waiting = waitingEvidence(facts);
  if (!waiting) return [];
  const groups = new Map<string, HeldLoop[]>();
  for (const { id } of facts.observations.target.threads) {
    const held = id === 0 ? null : findHeld(facts.observations, id);
    if (!held) continue;
    const { functionName, file } = held.blame.subject!;
    const key = `${functionName}|${file}`;
    groups.set(key, [...(groups.get(key) ?? []), held]);
  }
  return [...groups.values()].map((held) => describe(held, waiting, facts));
}

function describe(all: readonly HeldLoop[], waiting: Waiting, facts: Facts): Draft {
  const [first] = all as [HeldLoop, ...HeldLoop[]];
  const { blame } = first;
  const named = blame.subject!;
  const millis = Math.max(...all.map(({ sinceMillis, untilMillis }) => untilMillis - sinceMillis));
  const who = all.length === 1 ? 'a worker thread' : `${all.length} worker threads`;
  return {
    kind: 'event-loop-block',
    severity: 'critical',
    confidence: STUCK.confidence,
    urgency: STUCK.urgency,
    title: `${capitalised(nameOfCode(named))} has blocked ${who} for at least ${formatDuration(millis)} without a break, and requests get no answer (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', named.functionName, named, first.thread),
    impact: { metric: 'requests', value: waiting.value, unit: 'per second' },
    evidence: [
      ...all.map(({ thread, looks, alike }) => ({
        source: 'stack',
        statement: `in ${alike} of ${formatCount(looks, 'sample')} of the thread ${nameOf(thread, facts)}, its event loop had not advanced and this function was running`,
        value: alike,
        unit: 'count' as const,
      })),
      waiting,
    ],
    ...chainOf(blame),
    innocentExplanation:
      'A very long computation would eventually finish. Until then the thread takes no other task, and everything that waits for it keeps waiting.',
    advice: [
      'Look for a loop whose condition never becomes false for some input, and for work that grows with the square of its input or faster.',
      'Give each task of a worker a time limit that terminates the thread and starts another (most pools have such an option), so that no task occupies a thread forever.',
    ],
    caveats: [],
    asSymptom: `${who} blocked in ${place(named)}`,
    effect: 'cpu',
    explains: ['cpu', 'waiting', 'heap', 'gc', 'native', 'sockets'],
  };
}

function nameOf(thread: number, { observations: { target } }: Facts): string {
  return target.threads.find(({ id }) => id === thread)?.name ?? String(thread);
}

type Waiting = Evidence & { value: number };

/** Requests that get no answer, of one route at least: of the busiest that answers none, or else of which some wait. */
function waitingEvidence({ outage, requests: { inbound } }: Facts): Waiting | null {
  const silent = (outage?.routes ?? []).map(({ label, madePerSecond }) => ({ label, pace: madePerSecond }));
  const piling = inbound.map(({ label, trend }) => ({ label, pace: trend.slopePerSecond }));
  const [first] = [...silent, ...piling];
  if (!first) return null;
  return {
    source: 'requests',
    statement: `meanwhile about ${perSecond(first.pace)} requests to ${first.label} get no answer`,
    value: first.pace,
    unit: 'per second',
  };
}
