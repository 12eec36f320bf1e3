// Whether a fix worked: a finding of one capture, searched for in a later capture of the same program. It says "different"
// only where the later capture could have found it again.
import type { DiagnosisReport, Finding, NextMeasurement } from '../../model/finding.ts';
import { formatDuration } from '../../units/units.ts';
import { kindInfo } from '../kinds.ts';

export type FixVerdict = 'different' | 'same' | 'need-more';

export interface FixJudgement {
  verdict: FixVerdict;
  /** One sentence. */
  reason: string;
  /** The same finding in the later look, or one of its kind that is new there; null: neither. */
  after: Finding | null;
  /** What the two looks cannot tell, each a sentence. */
  notJudged: string[];
  /** Where more is needed. */
  nextMeasurement?: NextMeasurement;
}

/** A look or a load that is smaller by more may not show what the first one showed. */
const LEAST_PART = { look: 0.8, load: 0.5 };

export function judgeFix(finding: Finding, before: DiagnosisReport, after: DiagnosisReport): FixJudgement {
  const notJudged = whatNobodyKnows(finding, before, after);
  const again = after.findings.find(({ fingerprint }) => fingerprint === finding.fingerprint);
  if (again) return { verdict: 'same', reason: 'The finding is still present.', after: again, notJudged };
  const doubt = whyInDoubt(finding, before, after);
  if (doubt !== undefined)
    return {
      verdict: 'need-more',
      reason: `The finding is absent, but ${doubt}.`,
      after: null,
      notJudged,
      nextMeasurement: lookAgain(before, after),
    };
  const moved = findMoved(finding, before, after);
  if (moved)
    return {
      verdict: 'need-more',
      reason: 'The finding is absent, but there is a new one of the same kind: the fault may have moved.',
      after: moved,
      notJudged,
      ...(moved.nextMeasurement && { nextMeasurement: moved.nextMeasurement }),
    };
  const reason = 'The finding is gone, and the later capture was able to detect it.';
  return { verdict: 'different', reason, after: null, notJudged };
}

/** Why the later look might have missed it, as the end of a sentence. */
function whyInDoubt(finding: Finding, before: DiagnosisReport, after: DiagnosisReport): string | undefined {
  const { kind } = finding;
  if (after.verdict === 'idle') return 'the program served no requests in the later capture';
  if (after.verdict === 'too-little-data') return 'the later capture had too little data to judge';
  const refused = after.notApplicable.find((each) => each.kind === kind);
  if (refused) return `the later capture could not judge ${kind}: ${refused.reason}`;
  const [was, is] = [before.capture.durationMillis, after.capture.durationMillis];
  if (is < LEAST_PART.look * was)
    return `the later capture took ${formatDuration(is)}, the earlier one ${formatDuration(was)}`;
  const [load, loadNow] = [before.work?.requestsPerSecond, after.work?.requestsPerSecond];
  if (load !== undefined && loadNow !== undefined && load > 0 && loadNow < LEAST_PART.load * load)
    return `the program answered ${perSecond(loadNow)} in the later capture, ${perSecond(load)} in the earlier one`;
  return undefined;
}

const perSecond = (requests: number) => `${requests.toFixed(1)} requests/s`;

/** Of the same kind, and not there before: after a rename or a move the same fault has another fingerprint. */
function findMoved({ kind }: Finding, before: DiagnosisReport, after: DiagnosisReport): Finding | undefined {
  const known = new Set(before.findings.map(({ fingerprint }) => fingerprint));
  return after.findings.find((each) => each.kind === kind && !known.has(each.fingerprint));
}

function whatNobodyKnows({ kind }: Finding, before: DiagnosisReport, after: DiagnosisReport): string[] {
  const isLoadKnown = [before, after].every(({ work }) => work?.requestsPerSecond !== undefined);
  return [
    'There is only one capture per side, so the variation between captures is unknown.',
    ...(isLoadKnown ? [] : ['Whether both captures had the same load: requests were not counted in both.']),
    ...(kindInfo(kind).isComparedAsNumber
      ? ['By how much: this kind is decided by a threshold. Compare several recordings per side.']
      : []),
  ];
}

/** As long as the earlier look at least. */
function lookAgain(before: DiagnosisReport, after: DiagnosisReport): NextMeasurement {
  const seconds = Math.max(30, Math.ceil(before.capture.durationMillis / 1_000));
  return {
    unknown: 'Whether the finding returns in a capture of the same length under the same load.',
    command: `culprit diagnose ${after.target.pid ?? '<pid>'} --duration ${seconds}s`,
  };
}
