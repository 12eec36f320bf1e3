// `compare_recordings`: what two versions cost, by several recordings of each.
import * as v from 'valibot';
import { compareRecordings } from '../../comparison/compare-recordings.ts';
import { refuseTwice } from '../../comparison/told-apart.ts';
import type { Comparison, FunctionChange, MetricChange } from '../../model/comparison/comparison.ts';
import { formatQuantity, formatShare } from '../../units/units.ts';
import { recordingWord } from '../recording-word.ts';
import { READS_ONLY, type Session, type Tool } from '../tool.ts';

const side = (which: string) =>
  v.pipe(v.array(recordingWord), v.minLength(1), v.maxLength(20), v.description(which));

const entries = {
  base: side('Recordings of the version before. Three or more show how much runs differ.'),
  head: side('Recordings of the version after.'),
};

export const compareRecordingsTool: Tool<typeof entries> = {
  name: 'compare_recordings',
  title: 'Compare recordings',
  description:
    'Compares CPU time, memory, delays and findings of two versions by statistics: different, same, or unsure and how many more runs would tell. Needs several recordings of each; for one finding before and after a fix use verify_fix.',
  entries,
  annotations: READS_ONLY,
  async run({ base, head }, { session }) {
    const { comparison } = compareRecordings(
      { label: 'base', recordings: await read(base, session) },
      { label: 'head', recordings: await read(head, session) },
    );
    const { verdict, direction, method } = comparison;
    return {
      summary: `Verdict: ${verdict}${direction === 'none' ? '' : `, head is ${direction}`}.`,
      body: {
        verdict,
        direction,
        reason: comparison.verdictReason,
        confidence: method.confidence,
        runs: { base: base.length, head: head.length },
        changed: comparison.metrics.filter((each) => each.verdict === 'different').map(describe),
        same: comparison.metrics.filter((each) => each.verdict === 'same').map(({ words }) => words),
        functions: comparison.functions
          .filter((each) => each.verdict === 'different')
          .map((each) => `${placeOf(each)}: ${each.direction}`),
        newFindings: comparison.findings
          .filter(({ presence }) => presence === 'new')
          .map(({ title }) => title),
        goneFindings: comparison.findings
          .filter(({ presence }) => presence === 'gone')
          .map(({ title }) => title),
        warnings: comparison.warnings,
      },
      notJudged: whatIsUnsure(comparison),
      nextMeasurement: comparison.nextMeasurement,
    };
  },
};

async function read(words: readonly string[], { recordings }: Session) {
  const found = [];
  for (const word of words) {
    const kept = await recordings.find(word);
    found.push({ name: kept.handle, pair: null, recording: await recordings.read(kept) });
  }
  refuseTwice(found);
  return found;
}

function describe({
  words,
  unit,
  base,
  head,
  change,
  changeLow,
  changeHigh,
  direction,
}: MetricChange): string {
  const amount = (value: number | null) => (value === null ? 'unknown' : formatQuantity(value, unit));
  const part =
    change === null || changeLow === null || changeHigh === null
      ? ''
      : `, ${formatShare(change)} (${formatShare(changeLow)} to ${formatShare(changeHigh)})`;
  return `${words}: ${direction}, from ${amount(base)} to ${amount(head)}${part}`;
}

const placeOf = ({ function: name, file, line }: FunctionChange) =>
  file === null ? name : `${name} (${file}${line === null ? '' : `:${line}`})`;

function whatIsUnsure({ metrics, findingsCompared }: Comparison): string[] {
  const unsure = metrics.filter(({ verdict }) => verdict === 'unsure').map(({ words }) => words);
  return [
    ...(unsure.length === 0
      ? []
      : [`These runs do not show whether the following changed: ${unsure.join(', ')}.`]),
    ...(findingsCompared === false ? ['Findings: they cannot be judged on one of the sides.'] : []),
  ];
}
