// An event loop that is held although no callback runs for long: chains of microtasks, and delays that nothing explains.
import type { LateInterval, LateLoop } from '../../analysis/cpu/late-loop.ts';
import type { MicrotaskChain } from '../../analysis/cpu/microtask-chains.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatCount, formatDuration, formatShare } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { EVENT_LOOP_BLOCK, LATE_LOOP } from '../thresholds/cpu.ts';
import { onScale } from '../thresholds/scale.ts';
import { capitalised, nameOfCode, packageOf, place, placeWithLibrary, subjectOf } from '../wording.ts';
import { severityOf, urgencyOf } from './how-serious.ts';
import { callbackAdvice, callbackEvidence } from './one-package.ts';

/** Long enough, or often enough, that somebody who waits feels it. */
export function isFeltChain(
  { ranMillis, longestMillis, totalMillis }: MicrotaskChain,
  lookMillis: number,
): boolean {
  const { longMillis, repeatedMillis, leastShare } = EVENT_LOOP_BLOCK;
  const repeated = ranMillis.filter((millis) => millis >= repeatedMillis);
  if (longestMillis >= longMillis) return repeated.length > 1 || longestMillis >= 2 * longMillis;
  return repeated.length >= 2 && totalMillis >= lookMillis * leastShare;
}

export function describeChain(chain: MicrotaskChain, lookMillis: number): Draft {
  const { blame, ranMillis, longestMillis, totalMillis, share, ofPackage } = chain;
  const named = blame.subject!;
  const part = totalMillis / lookMillis;
  const longest = formatDuration(longestMillis);
  return {
    kind: 'event-loop-block',
    severity: severityOf(longestMillis, part),
    confidence: onScale(EVENT_LOOP_BLOCK.confidence, ranMillis.length),
    urgency: urgencyOf(longestMillis, part),
    title: `${capitalised(nameOfCode(named))} blocks the event loop for up to ${longest} by awaiting resolved promises (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', named.functionName, named),
    impact: { metric: 'event-loop', value: Math.round(longestMillis), unit: 'ms', share: part },
    evidence: [
      {
        source: 'cpu-profile',
        statement: `${ranMillis.length === 1 ? 'once' : `${ranMillis.length} times`} microtasks ran one after the other for up to ${longest} without an iteration of the event loop between them; ${formatShare(share)} of the longest run ${ofPackage === null ? `was called from ${place(named)}` : `was spent in functions of ${ofPackage}`}`,
        value: Math.round(totalMillis),
        unit: 'ms',
      },
      ...entryEvidence(chain),
      ...callbackEvidence(chain),
    ],
    innocentExplanation:
      'At start-up nothing waits for the event loop. These chains ran while the process was serving.',
    advice: [
      ...callbackAdvice(chain),
      ...workAdvice(chain),
      ...(ofPackage === null ? AWAIT_ADVICE : [PACKAGE_AWAIT_ADVICE]),
    ],
    caveats: [],
    asSymptom: `event loop blocked for up to ${longest} by awaits in ${place(named)}`,
    effect: 'cpu',
    explains: [],
  };
}

/** After an `await` the stack begins in the package: the caller comes from another part of the profile. */
function entryEvidence({ blame: { app }, ofPackage }: MicrotaskChain): Evidence[] {
  if (ofPackage === null || !app) return [];
  const statement = `after an await a stack no longer shows who called. Elsewhere in the profile ${place(app)} calls ${ofPackage}`;
  return [{ source: 'cpu-profile', statement }];
}

const AWAIT_ADVICE = [
  'After an `await` of a resolved promise the code continues in the same iteration of the event loop. Yield to the loop every few milliseconds of work: `await setImmediate()` of node:timers/promises.',
  'Or await less often: ask for many values at once, or use no promise where the value is already there.',
];

const PACKAGE_AWAIT_ADVICE =
  'It awaits resolved promises and never yields to the event loop. Pass it the input in parts, with `await setImmediate()` of node:timers/promises between them, look for a synchronous form that costs less, or call it in a worker thread.';

/** Parts of a chain may be long themselves, as work is that a package does for each of several requests. */
function workAdvice({ blame: { app, library, inner } }: MicrotaskChain): string[] {
  const owner = inner ?? library;
  if (!owner) return [];
  const given = app ? `what ${place(app)} passes to it` : 'what is passed to it';
  return [
    `The time goes to ${packageOf(owner)}: bound ${given}, see which of its options limit the work, and whether it runs checks that are meant for development (NODE_ENV is not "production").`,
  ];
}

/** Null where all delays are explained, or the rest is rare and short. */
export function describeUnexplained(late: LateLoop | null): Draft | null {
  if (!late) return null;
  const { unexplained, intervals, longestSeenMillis } = late;
  const longestMillis = Math.max(0, ...unexplained.map(({ lateMillis }) => lateMillis));
  if (unexplained.length < LATE_LOOP.leastIntervals && longestMillis < LATE_LOOP.longMillis) return null;
  const longest = formatDuration(longestMillis);
  const worst = unexplained.find(({ lateMillis }) => lateMillis === longestMillis)!;
  if ((worst.ownThreadsMillis ?? 0) >= longestMillis * LATE_LOOP.leastOwnThreads)
    return describeOwnThreads(late, worst);
  const isAsleep = worst.ranMillis !== undefined && worst.ranMillis < longestMillis * LATE_LOOP.leastRan;
  return {
    kind: 'event-loop-block',
    severity: 'warning',
    confidence: LATE_LOOP.confidence,
    urgency: urgencyOf(longestMillis, 0),
    title: `The event loop is up to ${longest} late, and nothing that culprit measured explains it`,
    subject: subjectOf('thread', 'main thread', null),
    impact: { metric: 'event-loop', value: Math.round(longestMillis), unit: 'ms' },
    evidence: [
      {
        source: 'event-loop',
        statement: `in ${unexplained.length} of ${formatCount(intervals, 'interval')} it was late by more than twice the longest callback or pause in that interval; the longest of those took ${formatDuration(longestSeenMillis)}`,
        value: unexplained.length,
        unit: 'count',
      },
      ...(worst.ranMillis === undefined
        ? []
        : [
            {
              source: 'proc',
              statement: `during the longest delay the main thread ran for ${formatDuration(worst.ranMillis)}, and for the rest of that time it was not waiting for a CPU`,
              value: Math.round(worst.ranMillis),
              unit: 'ms' as const,
            },
          ]),
    ],
    innocentExplanation:
      'A process that was stopped for a moment (a debugger, a suspended machine) looks the same.',
    advice: [
      isAsleep
        ? 'The thread slept in the kernel: look for synchronous file access on a slow disk, for swapping, and for a container above memory.high.'
        : 'The thread was running: capture for longer (--duration 60s), and see with `culprit flame` what runs.',
    ],
    caveats: ['The cause is not known: this is a symptom.'],
    asSymptom: `event loop up to ${longest} late`,
    effect: 'cpu',
    explains: [],
  };
}

/** Workers, or the thread pool, leave the main thread no CPU: on a machine or in a container with few cores. */
function describeOwnThreads({ unexplained, intervals }: LateLoop, worst: LateInterval): Draft {
  const { lateMillis, ranMillis = 0, ownThreadsMillis = 0 } = worst;
  const longest = formatDuration(lateMillis);
  return {
    kind: 'event-loop-block',
    severity: 'warning',
    confidence: LATE_LOOP.ownThreadsConfidence,
    urgency: urgencyOf(lateMillis, 0),
    title: `The event loop is up to ${longest} late: other threads of the process use the CPU`,
    subject: subjectOf('thread', 'main thread', null),
    impact: { metric: 'event-loop', value: Math.round(lateMillis), unit: 'ms' },
    evidence: [
      {
        source: 'proc',
        statement: `around the longest of ${formatCount(unexplained.length, 'delay')} (in ${formatCount(intervals, 'interval')}) the main thread ran for ${formatDuration(ranMillis)} and was ready to run for another ${formatDuration(ownThreadsMillis)} while other threads of the process used the CPU`,
        value: Math.round(ownThreadsMillis),
        unit: 'ms',
      },
    ],
    innocentExplanation: 'A short batch in worker threads looks the same, and ends soon.',
    advice: [
      'Run fewer computing threads at a time than there are cores: limit the workers, and how much the thread pool is given at once (crypto, compression, native addons).',
      'Or give the process more cores.',
    ],
    caveats: [],
    asSymptom: `event loop up to ${longest} late while other threads of the process use the CPU`,
    effect: 'cpu',
    explains: [],
  };
}
