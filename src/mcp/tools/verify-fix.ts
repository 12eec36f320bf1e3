// `verify_fix`: whether a finding of one recording is gone in a later one.
import * as v from 'valibot';
import { UsageError } from '../../errors.ts';
import { judgeFix } from '../../findings/compare/fix-verdict.ts';
import { confidenceLevel } from '../../model/confidence.ts';
import { describeCost } from '../../report/text/impact-text.ts';
import { recordingWord } from '../recording-word.ts';
import { READS_ONLY, type Tool } from '../tool.ts';

const entries = {
  before: recordingWord,
  after: recordingWord,
  rank: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(1_000),
      v.description('Rank of the finding in `before` that was to be fixed.'),
    ),
    1,
  ),
};

const SAYS = {
  different: 'the finding is gone',
  same: 'the finding is still there',
  'need-more': 'another capture is needed to decide',
} as const;

export const verifyFixTool: Tool<typeof entries> = {
  name: 'verify_fix',
  title: 'Verify a fix',
  description:
    'Compares a finding of one recording with a later recording of the fixed program: "different" (gone, and the later capture could have seen it), "same" (still there) or "need-more". Record both under the same load, for the same time.',
  entries,
  annotations: READS_ONLY,
  async run({ before, after, rank }, { session }) {
    const [was, is] = [await session.recordings.find(before), await session.recordings.find(after)];
    if (was.handle === is.handle)
      throw new UsageError('Both are the same recording.', 'Diagnose again after the fix.');
    const finding = was.report.findings.find((each) => each.rank === rank);
    if (!finding)
      throw new UsageError(
        `The earlier recording has no finding of rank ${rank}.`,
        'There is nothing to verify.',
      );
    const judged = judgeFix(finding, was.report, is.report);
    return {
      summary: `${judged.verdict}: ${SAYS[judged.verdict]} (${was.handle} before, ${is.handle} after).`,
      body: {
        verdict: judged.verdict,
        reason: judged.reason,
        confidence: confidenceLevel(finding.confidence),
        finding: { kind: finding.kind, title: finding.title, cost: describeCost(finding) },
        ...(judged.after && { after: { title: judged.after.title, cost: describeCost(judged.after) } }),
        newFindings: is.report.findings
          .filter((each) => was.report.findings.every(({ fingerprint }) => fingerprint !== each.fingerprint))
          .map(({ rank, title }) => `${rank}. ${title}`),
      },
      notJudged: judged.notJudged,
      nextMeasurement: judged.nextMeasurement,
    };
  },
};
