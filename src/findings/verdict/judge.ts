// From facts to a verdict: run the rules, join, rank, and decide whether the capture was long enough to call a process
// without findings healthy.
import type { Facts } from '../../analysis/facts.ts';
import type { HeapGrowth } from '../../analysis/growth/heap-growth.ts';
import type { HangingRequests } from '../../analysis/waiting/hanging-requests.ts';
import { isIdle } from '../../analysis/work-done.ts';
import type { Finding, NextMeasurement, NotApplicable, Verdict } from '../../model/finding.ts';
import type { HeapGrowth as HeapSnapshotGrowth } from '../../model/heap/heap-report.ts';
import { formatBytes, formatDuration, formatNumber, formatShare, formatTimeLeft } from '../../units/units.ts';
import { joinDrafts } from '../join.ts';
import { heapLimitOf } from '../limits.ts';
import { cutReason } from '../lost-data.ts';
import { isUnexplained } from '../memory/heap-cause.ts';
import { grownWords } from '../memory/leak/heap-leak-title.ts';
import { clearlyGrown } from '../memory/retainer-path.ts';
import { isNativeUnsettled, measureNativeRise, nativeRiseReason } from '../native/native-rise.ts';
import { measureHolder, measureNext, pidToUse } from '../next-measurement.ts';
import { nextOfDiagnosis } from '../next-of-report.ts';
import { rankFindings } from '../rank.ts';
import type { Draft } from '../rule.ts';
import { RULES } from '../rules.ts';
import { capitalised, secondsUntil } from '../wording.ts';
import { growsALittle, hangingWords, healthyReason, risesUnproved, unseenForHealth } from './health.ts';
import { isYoung, sayComeBack } from './young-process.ts';

export interface Judgement {
  verdict: Verdict;
  verdictReason: string;
  findings: Finding[];
  notApplicable: NotApplicable[];
  /** What is left open as a whole. */
  nextMeasurement?: NextMeasurement;
}

/** Growth is judged on at least 8 counts and 6 heap reads; in less time silence says nothing. */
const LEAST_SECONDS = 12;
const LEAST_COUNTS = 8;
/** Of the kinds whose silence would be taken for health: with as many not judged nobody knows. */
const MOST_UNSEEN = 3;

export function judge(facts: Facts): Judgement {
  const drafts: Draft[] = [];
  const notApplicable: NotApplicable[] = [];
  for (const rule of RULES) {
    const result = rule.judge(facts);
    if (Array.isArray(result))
      drafts.push(...result.map((draft) => ({ ...draft, ...measureNext(draft, facts) })));
    else notApplicable.push({ kind: rule.kind, reason: result.notApplicable });
  }
  const unproved = drafts.some(({ effect }) => effect === 'heap') ? null : risesUnproved(facts);
  if (drafts.length > 0 && unproved)
    notApplicable.push({ kind: 'heap-leak', reason: `it is not proved: ${unprovedWords(unproved)}` });
  const findings = rankFindings(
    joinDrafts(drafts),
    RULES.map(({ kind }) => kind),
  );
  const judged = withEnd(verdictOf(findings, facts, notApplicable), facts);
  const { capture } = facts.observations;
  const holder = findings.length === 0 ? measureRise(facts) : null;
  return {
    ...judged,
    findings,
    notApplicable,
    ...nextOfDiagnosis({
      verdict: judged.verdict,
      findings,
      pid: pidToUse(facts),
      hasEnded: hasEnded(facts),
      durationMillis: capture.durationMillis,
      isUnsettled: isYoung(facts),
      growsALittle: growsALittle(facts),
      ...(holder && { holder }),
    }),
  };
}

type Judged = Pick<Judgement, 'verdict' | 'verdictReason'>;

/** That the process is gone comes first: what was seen of it is its end. */
function withEnd({ verdict, verdictReason }: Judged, facts: Facts): Judged {
  if (!hasEnded(facts)) return { verdict, verdictReason };
  const after = formatDuration(facts.observations.capture.durationMillis);
  const how =
    'Its log may say why: `culprit triage <log>`. To capture it from its start, run it as `culprit diagnose -- <command>`.';
  return {
    verdict,
    verdictReason: `The target ended ${after} after the capture began. ${verdictReason}${verdict === 'findings' ? '' : ` ${how}`}`,
  };
}

const hasEnded = ({ observations }: Facts): boolean =>
  observations.warnings.some(({ code }) => code === 'target-ended');

/** How to find out what keeps memory that rose and is told for nothing. */
function measureRise(facts: Facts): NextMeasurement | null {
  if (facts.heap.some((growth) => isUnexplained(growth, facts))) return measureHolder(facts);
  if (isNativeUnsettled(facts)) return measureNativeRise(facts);
  return risesUnproved(facts) ? measureHolder(facts) : null;
}

function verdictOf(findings: Finding[], facts: Facts, notApplicable: NotApplicable[]): Judged {
  const count = findings.length;
  if (count > 0)
    return {
      verdict: 'findings',
      verdictReason: count === 1 ? '1 cause was found.' : `${count} causes were found, most serious first.`,
    };
  const cut = cutReason(facts);
  if (cut) return { verdict: 'too-little-data', verdictReason: cut };
  const rising = facts.heap.find((growth) => isUnexplained(growth, facts));
  if (rising) return { verdict: 'too-little-data', verdictReason: riseReason(rising, facts) };
  if (isNativeUnsettled(facts)) return { verdict: 'too-little-data', verdictReason: nativeRiseReason(facts) };
  const { cpuProfiles, heapReads, runtime, passive, origin } = facts.observations;
  const counts = Math.max(runtime.filter(({ thread }) => thread === 0).length, passive.length);
  const seconds = Math.round(facts.lookSeconds);
  if (counts === 0 && (cpuProfiles.length > 0 || (origin && heapReads.length > 0)))
    return judgeProfileOnly(facts);
  if (facts.lookSeconds >= LEAST_SECONDS && counts >= LEAST_COUNTS) {
    if (isIdle(facts.work, facts.lookSeconds)) {
      const [hanging] = facts.hangingRequests;
      if (hanging) return { verdict: 'too-little-data', verdictReason: hangingReason(hanging, facts) };
      return { verdict: 'idle', verdictReason: idleReason(facts) };
    }
    const unseen = unseenForHealth(notApplicable);
    if (unseen.length >= MOST_UNSEEN)
      return {
        verdict: 'too-little-data',
        verdictReason: `Nothing was found in ${seconds} s, but too many kinds could not be judged to call it healthy: ${unseen.join(', ')}.`,
      };
    const grown = clearlyGrown(0, facts);
    if (grown) return { verdict: 'too-little-data', verdictReason: grownReason(grown) };
    const unproved = risesUnproved(facts);
    if (unproved) return { verdict: 'too-little-data', verdictReason: unprovedReason(unproved, facts) };
    return {
      verdict: 'healthy',
      verdictReason: [healthyReason(facts, unseen), ...sayComeBack(facts)].join(' '),
    };
  }
  return {
    verdict: 'too-little-data',
    verdictReason: `${seconds} s and ${counts} samples are not enough to tell growth from noise. The minimum is ${LEAST_SECONDS} s and ${LEAST_COUNTS} samples; 30 s are recommended.`,
  };
}

/** Neither a leak nor health is claimed. */
function riseReason({ floor }: HeapGrowth, facts: Facts): string {
  const left = secondsUntil(heapLimitOf(facts.observations), floor);
  const limit = left === undefined ? '' : ` At this rate the heap reaches its limit ${formatTimeLeft(left)}.`;
  const age = formatDuration((facts.observations.target.uptimeSeconds ?? 0) * 1_000);
  return [
    `The heap after garbage collection rose by ${formatBytes(floor.slopePerSecond)}/s, from ${formatBytes(floor.first)} to ${formatBytes(floor.last)}, but culprit did not find what retains it.${limit}`,
    `The process had run for only ${age}, and a cache that is still filling looks the same as a leak.`,
  ].join(' ');
}

/** "the heap after garbage collections rose by 210 KB/s, from 20 MB to 24 MB, in 5 collections, which are too few to prove a leak" */
function unprovedWords({ floor }: HeapGrowth): string {
  const why =
    floor.verdict === 'growing'
      ? 'more slowly at the end, as a cache does that fills'
      : `which ${floor.verdict === 'flat' ? 'scatter too much' : 'are too few'} to prove a leak`;
  return `the heap after garbage collections rose by ${formatBytes(floor.slopePerSecond)}/s, from ${formatBytes(floor.first)} to ${formatBytes(floor.last)}, in ${floor.points} collections, ${why}`;
}

/** It may be a leak in the noise of its own collections. */
function unprovedReason(growth: HeapGrowth, facts: Facts): string {
  return [
    `${capitalised(unprovedWords(growth))}; nothing else was found.`,
    `To find out: ${measureHolder(facts).command}`,
  ].join(' ');
}

/** It says what was not done, and leaves to whoever knows the family where the work is. */
function idleReason({ work, lookSeconds }: Facts): string {
  const did =
    work.codeMillis === undefined
      ? `it used ${formatShare(work.cpuCores ?? 0)} of a core`
      : `its own code ran for ${formatDuration(work.codeMillis)}`;
  return `It answered no request in ${Math.round(lookSeconds)} s, and ${did}. Problems that need load do not show in such a capture.`;
}

/** Heap snapshots show that it grows, and the collections of garbage do not prove that it goes on. */
function grownReason(grown: HeapSnapshotGrowth): string {
  const [first = 0, last = 0] = [grown.entries[0], grown.entries.at(-1)];
  return `${grownWords(grown)} grew from ${formatNumber(first)} to ${formatNumber(last)} entries between the first heap snapshot and the last, but the heap was collected too seldom, or scatters too much, to prove a leak. Capture for longer.`;
}

/** It serves nobody, but clients wait. */
function hangingReason(hanging: HangingRequests, { lookSeconds }: Facts): string {
  return `It answered no request in ${Math.round(lookSeconds)} s, but is not idle: ${hangingWords(hanging)}`;
}

/** A profile made by another tool says where time or memory went, which is no proof of health. */
function judgeProfileOnly({ cpu }: Facts): Judged {
  const seconds = (cpu[0]?.durationMicros ?? 0) / 1e6;
  const verdict = 'too-little-data';
  if (cpu.length === 0)
    return {
      verdict,
      verdictReason: 'A heap profile describes one moment: it shows what is live, but not growth.',
    };
  if (seconds < LEAST_PROFILE_SECONDS)
    return {
      verdict,
      verdictReason: `The profile covers only ${formatDuration(seconds * 1_000)}. Blocks of the event loop and hot functions of a server are judged from ${LEAST_PROFILE_SECONDS} s on.`,
    };
  return {
    verdict,
    verdictReason:
      'No function takes enough time to be reported. A CPU profile says nothing about memory or handles.',
  };
}

const LEAST_PROFILE_SECONDS = 3;
