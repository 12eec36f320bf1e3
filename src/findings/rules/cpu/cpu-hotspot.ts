// A function that takes a large part of a core. Judged by wall time: 80 % of the busy samples of an idle process is no
// hotspot. Nor is time spread thinly over the many functions of a framework.

import { type Blame, isSameFunction } from '../../../analysis/cpu/blame/blame.ts';
import { callerOfPackage } from '../../../analysis/cpu/blame/callers.ts';
import { type CallerTotal, callerTotals } from '../../../analysis/cpu/caller-totals.ts';
import {
  type CpuSummary,
  groupByBlame,
  type Hotspot,
  type Responsibility,
} from '../../../analysis/cpu/cpu.ts';
import {
  type LaterTotal,
  laterTotals,
  type PackageTotal,
  packageTotals,
} from '../../../analysis/cpu/package-totals.ts';
import { WORK_NAMES } from '../../../analysis/cpu/work.ts';
import type { Facts } from '../../../analysis/facts.ts';
import type { Severity } from '../../../model/finding.ts';
import type { ProgramKind } from '../../../model/profile-tables.ts';
import { formatCount, formatShare } from '../../../units/units.ts';
import { sleepingFunction } from '../../cpu/asleep.ts';
import {
  adviceFor,
  isConcentrated,
  libraryAdvice,
  spentIn,
  timesOf,
  titleOf,
} from '../../cpu/hotspot-words.ts';
import { stretchedBy, withoutCpuWaits } from '../../cpu/starved.ts';
import { isIdleWorker, ofPlaces } from '../../cpu/worker-threads.ts';
import { sayNoCpuProfile } from '../../lost-data.ts';
import type { Draft, Rule } from '../../rule.ts';
import { CPU_HOTSPOT } from '../../thresholds/cpu.ts';
import { onScale } from '../../thresholds/scale.ts';
import { capitalised, chainOf, lineOf, nameOfCode, packageOf, place, subjectOf } from '../../wording.ts';

export const cpuHotspot: Rule = {
  kind: 'cpu-hotspot',
  judge(facts) {
    const { cpu, sleepers, program, isCalm } = facts;
    const stretched = stretchedBy(facts);
    if (cpu.length === 0 && isCalm) return [];
    const usable = cpu.filter((summary) => isLongEnough(summary, program) && !sleepers.has(summary.thread));
    if (usable.length === 0)
      return {
        notApplicable:
          cpu.length === 0
            ? sayNoCpuProfile(facts)
            : `the CPU profile is shorter than ${CPU_HOTSPOT.leastSeconds} s`,
      };
    const drafts = usable.flatMap((summary) => {
      const ran = withoutCpuWaits(summary, facts);
      if (isIdleWorker(ran, program)) return [];
      const found = judgeThread(ran, facts);
      if (stretched === null || summary.thread !== 0) return found;
      return (found.length > 0 ? found : judgeStarved(ran, program)).map((draft) => ({
        ...draft,
        caveats: [...draft.caveats, stretched],
      }));
    });
    return ofPlaces(drafts);
  },
};

/** A thread without a name is called "thread 7" already. */
function threadOf({ threadName }: CpuSummary): string {
  return /^thread \d+/.test(threadName) ? threadName : `the thread ${threadName}`;
}

/** They do their work and end: all of it was seen, however short it was. */
const RUNS: readonly (ProgramKind | null)[] = ['script', 'test-run', 'benchmark'];

function isLongEnough({ durationMicros, busyMicros }: CpuSummary, program: ProgramKind | null): boolean {
  return RUNS.includes(program)
    ? busyMicros >= CPU_HOTSPOT.leastRunSeconds * 1e6
    : durationMicros >= CPU_HOTSPOT.leastSeconds * 1e6;
}

function judgeThread(summary: CpuSummary, facts: Facts): Draft[] {
  const { program } = facts;
  const sleeping = sleepingFunction(summary, facts)?.group.top.blame;
  // A thread that sleeps takes nothing of a core: see event-loop-block.
  const groups = groupByBlame(summary.hotspots).filter(({ top }) => top.blame !== sleeping);
  const hot = groups.filter((group) => isHot(group, summary));
  // A function that V8 has inlined leaves a part of its time with its caller: one cause.
  const isCallerOf = (group: Responsibility, other: Responsibility) =>
    other !== group &&
    other.top.blame.caller !== null &&
    isSameFunction(other.top.blame.caller, group.top.blame.subject!);
  const rest = groups.filter((group) => !hot.includes(group));
  const isMost = ({ selfMicros }: { selfMicros: number }) =>
    selfMicros >= summary.durationMicros * CPU_HOTSPOT.leastSpreadShare &&
    selfMicros >= summary.busyMicros * CPU_HOTSPOT.leastSpreadShareOfBusy;
  const isShared = ({ selfMicros }: { selfMicros: number }) =>
    selfMicros >= summary.durationMicros * CPU_HOTSPOT.leastShared &&
    selfMicros >= summary.busyMicros * CPU_HOTSPOT.leastSharedOfBusy;
  return [
    ...hot
      .filter((group) => !hot.some((other) => isCallerOf(group, other)))
      .map((group) => describe(group, summary, program)),
    ...callerTotals(rest)
      .filter((total) => isMost(total) && isLargeIn(total.callees[0]!.selfMicros, summary))
      .slice(0, 1)
      .map((total) => describeParted(total, summary, program)),
    ...packageTotals(rest, summary.callersOfApp)
      .filter(isShared)
      .map((library) => describeShared(library, summary, program)),
    ...laterTotals(rest, summary.callersOfApp, summary.thread === 0 ? facts.gc?.sites : [])
      .filter(isShared)
      .slice(0, 1)
      .flatMap((library) => {
        const caller = callerOfPackage(facts, library.package);
        return caller ? [describeLater(library, caller, summary, program)] : [];
      }),
  ];
}

/** A thread that gets little CPU takes little of a core, whatever it does: what it spends most of that little on is told as that. */
function judgeStarved(summary: CpuSummary, program: ProgramKind | null): Draft[] {
  const { leastOfBusy, leastBusyShare, confidence, urgency } = CPU_HOTSPOT.starved;
  const { durationMicros, busyMicros } = summary;
  if (busyMicros < durationMicros * leastBusyShare) return [];
  const isMost = ({ selfMicros }: { selfMicros: number }) => selfMicros >= busyMicros * leastOfBusy;
  const groups = groupByBlame(summary.hotspots);
  const drafts = [
    ...groups.filter(isMost).map((group) => describe(group, summary, program)),
    ...packageTotals(groups, summary.callersOfApp)
      .filter(isMost)
      .map((library) => describeShared(library, summary, program)),
  ];
  return drafts.slice(0, 1).map((draft) => ({
    ...draft,
    severity: 'notice',
    confidence,
    urgency,
    title: draft.title.replace(
      `takes ${formatShare(draft.impact.value)} of a core`,
      `takes ${formatShare(draft.impact.share ?? 0)} of the CPU time that the main thread gets`,
    ),
  }));
}

function isHot({ top, selfMicros }: Responsibility, { durationMicros, busyMicros }: CpuSummary): boolean {
  const isLarge =
    selfMicros >= durationMicros * CPU_HOTSPOT.leastShare &&
    selfMicros >= busyMicros * CPU_HOTSPOT.leastShareOfBusy;
  const isConcentrated = isLargeIn(top.selfMicros, { durationMicros });
  // A library may spread its work over many functions; the framework around a handler does so, too, but takes less.
  const isOneLibrary = top.blame.app !== null && top.blame.library !== null;
  const isMost =
    selfMicros >= durationMicros * CPU_HOTSPOT.leastSpreadShare &&
    selfMicros >= busyMicros * CPU_HOTSPOT.leastSpreadShareOfBusy;
  return isLarge && (isConcentrated || (isOneLibrary && isMost));
}

/** Large enough for one function. */
function isLargeIn(selfMicros: number, { durationMicros }: Pick<CpuSummary, 'durationMicros'>): boolean {
  return selfMicros >= durationMicros * CPU_HOTSPOT.leastTopShare;
}

function describe(
  { top, selfMicros }: Responsibility,
  summary: CpuSummary,
  program: ProgramKind | null,
): Draft {
  const isRun = RUNS.includes(program);
  const share = selfMicros / summary.durationMicros;
  const busyShare = selfMicros / summary.busyMicros;
  const topShare = top.selfMicros / summary.durationMicros;
  const named = top.blame.subject!;
  const line = top.frame === named && top.hotLine !== null ? top.hotLine : named.line;
  const inLine =
    top.hotLine !== null && top.hotLine !== top.frame.line
      ? ` (hottest line ${top.hotLine}, ${formatShare(top.hotLineShare)} of its samples)`
      : '';
  return {
    kind: 'cpu-hotspot',
    severity: isRun ? runSeverity(share) : severityOf(share, summary.busyMicros / summary.durationMicros),
    confidence: onScale(CPU_HOTSPOT.confidence, share),
    urgency: onScale(CPU_HOTSPOT.urgency, share),
    title: titleOf(
      top,
      isRun ? `takes ${formatShare(share)} of the run` : `takes ${formatShare(share)} of a core`,
      isConcentrated(top, selfMicros),
    ),
    subject: { ...subjectOf('function', named.functionName, named, summary.thread), line },
    impact: { metric: 'cpu', value: share, unit: 'share', share: busyShare },
    evidence: [
      {
        source: 'cpu-profile',
        statement: `${formatShare(share)} of the time and ${formatShare(busyShare)} of the busy time of ${threadOf(summary)} is spent there; ${formatShare(topShare)} in ${place(top.frame)} alone${inLine}`,
        value: share,
        unit: 'share',
      },
      ...inlinedEvidence(top),
      {
        source: 'cpu-profile',
        statement: `${threadOf(summary)} was busy for ${formatShare(summary.busyMicros / summary.durationMicros)} of the time`,
        value: summary.busyMicros / summary.durationMicros,
        unit: 'share',
      },
    ],
    ...chainOf(top.blame),
    innocentExplanation: isRun
      ? 'A program that does work uses its core. This is where the time goes, which need not be a fault.'
      : summary.thread === 0
        ? 'A batch that is meant to use the core looks the same; it belongs in a worker thread.'
        : 'A batch that is meant to use a core looks the same.',
    advice: adviceFor(top, isConcentrated(top, selfMicros), {
      when: isRun ? 'in this run' : timesOf(top),
      program,
    }),
    caveats:
      top.hotLineShare > 0 || top.frame.line === null
        ? []
        : ['The line numbers are those where the functions begin.'],
    asSymptom: `${formatShare(share)} of ${isRun ? 'the run' : 'a core'} in ${place(named)}`,
    effect: 'cpu',
    explains: [],
  };
}

/** Called from many places, none of which has enough to be named alone. */
function describeShared(
  { callers, selfMicros }: PackageTotal,
  summary: CpuSummary,
  program: ProgramKind | null,
): Draft {
  const [first, ...others] = callers as [Responsibility, ...Responsibility[]];
  const draft = describe({ ...first, selfMicros }, summary, program);
  const { library, inner, subject } = first.top.blame;
  const share = formatShare(selfMicros / summary.durationMicros);
  const of = RUNS.includes(program) ? 'of the run' : 'of a core';
  const places = callers
    .slice(0, CPU_HOTSPOT.namedCallers)
    .map(
      (caller) =>
        `${place(caller.top.blame.subject!)} (${formatShare(caller.selfMicros / summary.durationMicros)})`,
    );
  const more = callers.length - places.length;
  return {
    ...draft,
    title: `${packageOf(inner ?? library!)} takes ${share} ${of}, called from ${callers.length} places, the first of them ${place(subject!)}`,
    evidence: [
      {
        source: 'cpu-profile',
        statement: `${share} of wall time and ${formatShare(selfMicros / summary.busyMicros)} of the busy time of ${summary.threadName} goes through ${spentIn(library!, inner)}, from ${places.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
        value: selfMicros / summary.durationMicros,
        unit: 'share',
      },
      ...draft.evidence.slice(1),
    ],
    advice: libraryAdvice(first.top, RUNS.includes(program) ? 'in this run' : timesOf(first.top)),
    caveats: others.some(({ top }) => top.hotLineShare > 0) ? [] : draft.caveats,
    asSymptom: `${share} ${of} in ${packageOf(inner ?? library!)}`,
  };
}

/** The package goes on after an await or in a callback: the place is the one that was seen to call it. */
function describeLater(
  { package: name, callers, selfMicros, gcMicros }: LaterTotal,
  caller: Blame,
  summary: CpuSummary,
  program: ProgramKind | null,
): Draft {
  const [first] = callers as [Responsibility, ...Responsibility[]];
  const { library, inner } = first.top.blame;
  const gcShare = gcMicros / summary.durationMicros;
  const collected =
    gcShare >= CPU_HOTSPOT.leastCollected
      ? `; ${formatShare(gcShare)} is garbage collection that it sets off`
      : '';
  const top: Hotspot = { ...first.top, blame: { ...caller, library, inner } };
  const draft = describe({ ...first, top, selfMicros }, summary, program);
  const share = formatShare(selfMicros / summary.durationMicros);
  const of = RUNS.includes(program) ? 'of the run' : 'of a core';
  return {
    ...draft,
    title: `${name} takes ${share} ${of}, called from ${place(caller.subject!)}`,
    evidence: [
      {
        source: 'cpu-profile',
        statement: `${share} of the time and ${formatShare(selfMicros / summary.busyMicros)} of the busy time of the thread ${summary.threadName} goes through ${name}, the largest part of it in ${place(first.top.frame)}${collected}`,
        value: selfMicros / summary.durationMicros,
        unit: 'share',
      },
      ...draft.evidence.slice(1),
    ],
    advice: [
      `See what ${name} is asked to do here ${RUNS.includes(program) ? 'in this run' : 'each time'}, and how much data it goes through for it: cache the result for repeated inputs, give it less data, and check which of its options limit the work.`,
    ],
    caveats: [
      `${name} works there after an await or in a callback, when its caller is no longer on the stack: ${place(caller.subject!)} is the place that was seen to call it most.`,
    ],
    asSymptom: `${share} ${of} in ${name}`,
  };
}

/** One function has it done by several, none of which has enough to be named alone. */
function describeParted(
  { caller, callees, selfMicros }: CallerTotal,
  summary: CpuSummary,
  program: ProgramKind | null,
): Draft {
  const large = callees.filter((callee) => callee.selfMicros >= selfMicros * CPU_HOTSPOT.leastPart);
  const [first] = large as [Responsibility, ...Responsibility[]];
  const draft = describe({ ...first, selfMicros }, summary, program);
  const { work } = first.top;
  const share = formatShare(selfMicros / summary.durationMicros);
  const of = RUNS.includes(program) ? 'of the run' : 'of a core';
  const doesSame = work.kind !== 'plain' && large.every(({ top }) => top.work.kind === work.kind);
  const parts = large
    .slice(0, CPU_HOTSPOT.namedCallers)
    .map(
      (callee) =>
        `${place(callee.top.blame.subject!)} (${formatShare(callee.selfMicros / summary.durationMicros)})`,
    );
  return {
    ...draft,
    title: `${capitalised(nameOfCode(caller))} takes ${share} ${of}${doesSame ? ` with ${WORK_NAMES[work.kind]}` : ''}, in ${formatCount(large.length, 'function')} that it calls (${lineOf(caller)}), the first of them ${place(first.top.blame.subject!)}`,
    evidence: [
      {
        source: 'cpu-profile',
        statement: `${share} of the time and ${formatShare(selfMicros / summary.busyMicros)} of the busy time of ${threadOf(summary)} is spent in ${place(caller)} and in what it calls: ${parts.join(', ')}`,
        value: selfMicros / summary.durationMicros,
        unit: 'share',
      },
      ...draft.evidence.slice(1),
    ],
    asSymptom: `${share} ${of} in ${place(caller)}`,
  };
}

/** What V8 has put into the function, and counts as its time. */
function inlinedEvidence({ frame, inlined }: Hotspot): Draft['evidence'] {
  if (!inlined || inlined.share < CPU_HOTSPOT.leastInlined) return [];
  const statement = `${formatShare(inlined.share)} of the samples in ${place(frame)} belong to ${place(inlined.frame)}, which V8 has inlined there`;
  return [{ source: 'cpu-profile', statement, value: inlined.share, unit: 'share' }];
}

/** To use the core is what it is for. */
function runSeverity(share: number): Severity {
  return share >= CPU_HOTSPOT.criticalShare ? 'warning' : 'notice';
}

function severityOf(share: number, threadBusy: number): Severity {
  if (share >= CPU_HOTSPOT.criticalShare || threadBusy > CPU_HOTSPOT.criticalBusyShare) return 'critical';
  return share >= CPU_HOTSPOT.warningShare ? 'warning' : 'notice';
}
