// `explain_finding`: one finding of a recording, with the evidence for and against it.
import * as v from 'valibot';
import { UsageError } from '../../errors.ts';
import { confidenceLevel } from '../../model/confidence.ts';
import { formatCount } from '../../units/units.ts';
import { whatWasNotJudged } from '../diagnosis-view.ts';
import { wholeFinding } from '../finding-views.ts';
import { recordingWord } from '../recording-word.ts';
import { linksTo } from '../report-files.ts';
import { READS_ONLY, type Tool } from '../tool.ts';

const entries = {
  recording: recordingWord,
  rank: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(1_000),
      v.description('1 is the most serious.'),
    ),
    1,
  ),
};

export const explainFindingTool: Tool<typeof entries> = {
  name: 'explain_finding',
  title: 'Explain a finding',
  description:
    'Everything about one finding of a recording: all evidence, the packages on the call path, what holds the objects, what could make it harmless, what is often mistaken for it, and the fix.',
  entries,
  annotations: READS_ONLY,
  async run({ recording, rank }, { session }) {
    const kept = await session.recordings.find(recording);
    const { report, handle } = kept;
    const finding = report.findings.find((each) => each.rank === rank);
    if (!finding)
      throw new UsageError(
        `The recording has ${formatCount(report.findings.length, 'finding')}: none of rank ${rank}.`,
        `Its verdict is ${report.verdict}.`,
      );
    return {
      summary: `Finding ${rank} of ${handle}: ${finding.kind}, confidence ${confidenceLevel(finding.confidence)}.`,
      body: { recording: handle, ...wholeFinding(finding) },
      notJudged: [...finding.caveats, ...whatWasNotJudged(report)],
      nextMeasurement: finding.nextMeasurement,
      links: linksTo(kept),
    };
  },
};
