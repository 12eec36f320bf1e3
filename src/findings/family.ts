// From the reports of processes that do the same work to one: which of them is sick, and each cause once.
import type { FamilyCause, FamilyMember, FamilyReport } from '../model/finding.ts';

/** Members without a report could not be diagnosed. */
export function judgeFamily(
  members: readonly FamilyMember[],
): Pick<FamilyReport, 'verdict' | 'verdictReason' | 'causes' | 'nextMeasurement'> {
  const causes = joinCauses(members);
  const looked = members.filter(({ report }) => report !== undefined);
  const sick = looked.filter(({ report }) => report!.findings.length > 0);
  const verdict = VERDICTS.find((each) => looked.some(({ report }) => report!.verdict === each));
  return {
    causes,
    verdict: verdict ?? 'too-little-data',
    verdictReason: [sayWho(sick, looked, causes), ...sayMissing(members.length - looked.length)].join(' '),
    ...nextOf(causes, looked),
  };
}

/** Of the gravest cause; without causes, of the first member that leaves something open. */
function nextOf(
  causes: readonly FamilyCause[],
  looked: readonly FamilyMember[],
): Pick<FamilyReport, 'nextMeasurement'> {
  const open = [...causes.map(({ finding }) => finding), ...looked.map(({ report }) => report!)];
  const nextMeasurement = open.find((each) => each.nextMeasurement !== undefined)?.nextMeasurement;
  return nextMeasurement === undefined ? {} : { nextMeasurement };
}

/** The gravest first. */
const VERDICTS = ['findings', 'too-little-data', 'idle', 'healthy'] as const;

/** Fingerprints are the same wherever the same code is at fault. */
function joinCauses(members: readonly FamilyMember[]): FamilyCause[] {
  const all = members.flatMap(({ pid, report }) =>
    (report?.findings ?? []).map((finding) => ({ pid, finding })),
  );
  const groups = new Map<string, typeof all>();
  for (const one of all)
    groups.set(one.finding.fingerprint, [...(groups.get(one.finding.fingerprint) ?? []), one]);
  return [...groups.values()]
    .map((group) => group.sort((a, b) => b.finding.score - a.finding.score))
    .sort(([a], [b]) => b!.finding.score - a!.finding.score)
    .map((group, index) => ({
      finding: { ...group[0]!.finding, rank: index + 1 },
      pids: [...new Set(group.map(({ pid }) => pid))],
    }));
}

function sayWho(
  sick: readonly FamilyMember[],
  looked: readonly FamilyMember[],
  causes: readonly FamilyCause[],
): string {
  const all = count(looked.length);
  if (looked.length === 0) return 'None of the processes could be diagnosed.';
  if (sick.length === 0) return sayHealth(looked, all);
  if (looked.length === 1) return `${nameOf(sick[0]!)} has a problem.`;
  if (sick.length === 1)
    return `Of ${all}, ${nameOf(sick[0]!)} is the only one with a problem: nothing was found in the others.`;
  if (sick.length < looked.length) {
    const list = sick.map(nameOf).join(', ');
    return `Of ${all}, ${sick.length} have problems: ${list}. Nothing was found in the others.`;
  }
  const isShared = causes.every(({ pids }) => pids.length === looked.length);
  return isShared
    ? `All ${all} have the same ${causes.length === 1 ? 'cause' : 'causes'}, so the code is at fault and not a single process.`
    : `All ${all} have problems, but not all with the same cause.`;
}

function sayHealth(looked: readonly FamilyMember[], all: string): string {
  const withVerdict = (verdict: string) => looked.filter(({ report }) => report!.verdict === verdict);
  const idle = withVerdict('idle');
  if (withVerdict('too-little-data').length > 0)
    return `${looked[0]!.report!.verdictReason} This holds for ${all}.`;
  if (idle.length === looked.length) return `All ${all} served no requests, so there was nothing to judge.`;
  if (idle.length > 0)
    return `Nothing was found in ${all}; ${idle.map(nameOf).join(', ')} served no requests and cannot be judged.`;
  return `Nothing was found in any of ${all}.`;
}

const sayMissing = (missing: number) => (missing === 0 ? [] : [`${count(missing)} could not be diagnosed.`]);

const count = (processes: number) => `${processes} ${processes === 1 ? 'process' : 'processes'}`;

const nameOf = ({ pid, app }: FamilyMember) => `process ${pid}${app === undefined ? '' : ` (${app})`}`;
