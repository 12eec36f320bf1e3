// From the reports of processes that do the same work to one report: which of them have a problem, each cause once, and the
// odd one out.
import type { FamilyCause, FamilyMember, FamilyReport } from '../../model/finding.ts';
import { joinCauses } from './join-causes.ts';
import { oddOnesOf } from './tell-apart.ts';

/** Members without a report could not be diagnosed. */
export function judgeFamily(
  members: readonly FamilyMember[],
): Pick<FamilyReport, 'verdict' | 'verdictReason' | 'causes' | 'oddOnes' | 'nextMeasurement'> {
  const causes = joinCauses(members);
  const looked = members.filter(({ report }) => report !== undefined);
  const missing = members.filter(({ report }) => report === undefined);
  const sick = looked.filter(({ report }) => report!.findings.length > 0);
  const verdict = VERDICTS.find((each) => looked.some(({ report }) => report!.verdict === each));
  return {
    causes,
    oddOnes: oddOnesOf(looked),
    verdict: verdict ?? 'too-little-data',
    verdictReason: [
      ...(looked.length > 0 ? [sayWho({ sick, looked }, causes)] : []),
      ...sayMissing(missing, looked.length === 0),
    ].join(' '),
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

function sayWho(
  { sick, looked }: Record<'sick' | 'looked', readonly FamilyMember[]>,
  causes: readonly FamilyCause[],
): string {
  const all = count(looked);
  if (sick.length === 0) return sayHealth(looked, all);
  if (looked.length === 1) return `${nameOf(sick[0]!)} has a problem.`;
  if (sick.length === 1)
    return `Of ${all}, ${nameOf(sick[0]!)} is the only one with a problem: nothing was found in the others.`;
  if (sick.length < looked.length)
    return `Of ${all}, ${sick.length} have problems: ${list(sick)}. Nothing was found in the others.`;
  const isShared = causes.every(({ members }) => members.length === looked.length);
  const { one } = nounsFor(looked);
  return isShared
    ? `All ${all} have the same ${causes.length === 1 ? 'cause' : 'causes'}, so the fault is in the code, not in one ${one}.`
    : `All ${all} have problems, but not all with the same cause.`;
}

function sayHealth(looked: readonly FamilyMember[], all: string): string {
  const withVerdict = (verdict: string) => looked.filter(({ report }) => report!.verdict === verdict);
  const [idle, brief] = [withVerdict('idle'), withVerdict('too-little-data')];
  if (brief.length === looked.length) return `${looked[0]!.report!.verdictReason} This holds for ${all}.`;
  if (idle.length === looked.length)
    return looked.length === 1
      ? `It served no requests, so there was nothing to judge.`
      : `All ${all} served no requests, so there was nothing to judge.`;
  const unjudged = [
    ...(idle.length > 0 ? [`${list(idle)} served no requests and cannot be judged`] : []),
    ...(brief.length > 0 ? [`${list(brief)} provided too little data to judge`] : []),
  ];
  if (unjudged.length > 0) return `Nothing was found in ${all}; ${unjudged.join('; ')}.`;
  return `Nothing was found in any of ${all}.`;
}

function sayMissing(missing: readonly FamilyMember[], isAll: boolean): string[] {
  if (missing.length === 0) return [];
  if (isAll && missing.length > 1) return [`None of the ${count(missing)} could be diagnosed.`];
  return [`${isAll ? `The ${nounsFor(missing).one}` : count(missing)} could not be diagnosed.`];
}

const nounsFor = (members: readonly FamilyMember[]) =>
  members.some(({ pod }) => pod !== undefined)
    ? { one: 'pod', several: 'pods' }
    : { one: 'process', several: 'processes' };

function count(members: readonly FamilyMember[]): string {
  const { one, several } = nounsFor(members);
  return `${members.length} ${members.length === 1 ? one : several}`;
}

const nameOf = ({ name, app, pod }: FamilyMember) =>
  pod ? `pod ${name}` : `process ${name}${app === undefined ? '' : ` (${app})`}`;

/** A sentence does not hold more. */
const MOST_NAMES = 10;

function list(members: readonly FamilyMember[]): string {
  const shown = members.slice(0, MOST_NAMES).map(nameOf).join(', ');
  return members.length > MOST_NAMES ? `${shown} and ${members.length - MOST_NAMES} more` : shown;
}
