// Files that native code maps into memory again and again and does not unmap: what is mapped, and which call may do it.
import type { NativeCall } from '../../analysis/cpu/native-calls.ts';
import type { Facts } from '../../analysis/facts.ts';
import type { CountGrowth } from '../../analysis/growth/resource-growth.ts';
import type { Evidence } from '../../model/finding.ts';
import type { MappedFile } from '../../model/samples.ts';
import { formatBytes } from '../../units/units.ts';
import { countEvidence, isPilingUp, whenMemoryRunsOut } from '../leak-draft.ts';
import type { Draft } from '../rule.ts';
import { NATIVE_MEMORY } from '../thresholds/memory.ts';
import { confidenceAt } from '../thresholds/scale.ts';
import {
  chainOf,
  inBrackets,
  latePace,
  leakSeverity,
  leakUrgency,
  lineOf,
  movement,
  perSecond,
  place,
  subjectOf,
} from '../wording.ts';

/** The fastest; null where none grows, or resident memory does not follow. */
export function growingMapped({
  mappedFiles,
  memory: { rss, files },
}: Facts): CountGrowth<MappedFile> | null {
  const least = NATIVE_MEMORY.mapped.leastBytesPerSecond;
  if (rss.verdict !== 'growing' || files.slopePerSecond < least) return null;
  const [most] = mappedFiles
    .filter(({ trend }) => isPilingUp(trend))
    .sort((a, b) => b.trend.slopePerSecond - a.trend.slopePerSecond);
  return most ?? null;
}

export function describeMapped({ subject, trend }: CountGrowth<MappedFile>, facts: Facts): Draft {
  const { rss, files } = facts.memory;
  const calls = facts.nativeCalls.filter(({ blame }) => blame.subject);
  const call = likeliest(calls, facts);
  const frame = call?.blame.subject ?? null;
  const runsOut = whenMemoryRunsOut(facts, rss);
  const rate = `${formatBytes(rss.slopePerSecond)}/s`;
  return {
    kind: 'native-memory-growth',
    severity: leakSeverity(runsOut.exhaustionSeconds),
    confidence: confidenceAt(NATIVE_MEMORY.mapped.confidence, call),
    urgency: Math.max(NATIVE_MEMORY.leastUrgency, leakUrgency(runsOut.exhaustionSeconds)),
    title: `Native code maps ${subject.pattern} into memory again and again, ${perSecond(trend.slopePerSecond)} more, and resident memory grows by ${rate}${inBrackets(call?.blame)}`,
    subject: subjectOf('memory', subject.pattern, frame),
    impact: { metric: 'native', value: Math.round(rss.slopePerSecond), unit: 'bytes/s', ...runsOut },
    evidence: [
      { ...countEvidence(`mappings of ${subject.pattern}`, trend), source: 'maps' },
      {
        source: 'memory',
        statement: `resident pages of files ${movement(files, formatBytes)}; RSS from ${formatBytes(rss.first)} to ${formatBytes(rss.last)}`,
        value: files.slopePerSecond,
        unit: 'bytes/s',
      },
      ...callsEvidence(calls, facts),
    ],
    ...(call && chainOf(call.blame)),
    innocentExplanation: `A fixed number of files that are loaded at start-up are mapped once each. The number of mappings grew ${latePace(trend)}.`,
    advice: [
      `Load each file once, when the program starts, and reuse what the load returned; where it has to be loaded again, look for a function that unloads it.${frame ? ` See what ${place(frame)} loads for each call.` : ''}`,
    ],
    caveats: call
      ? [
          `culprit cannot see which native function maps the files. It infers ${lineOf(frame!)} from the native functions that the program calls and their names.`,
        ]
      : ['Native code maps the files, so its caller is not visible to culprit.'],
    asSymptom: `native memory grows by ${rate}`,
    effect: 'native',
    explains: ['heap'],
  };
}

/** Functions by these names take something in, where others draw, compute or write. */
const TAKES_IN = /\b(?:register|load|open|add|import|init|read|parse|prepare|compile|map|from)\w*\s*\(/i;

/** The native call whose line says that it takes something in; else the only one there is. */
function likeliest(calls: readonly NativeCall[], facts: Facts): NativeCall | null {
  const taking = calls.filter((call) => TAKES_IN.test(textOf(call, facts)));
  if (taking.length > 0) return taking[0]!;
  return calls.length === 1 ? calls[0]! : null;
}

function textOf({ blame: { subject } }: NativeCall, { observations }: Facts): string {
  return observations.sourceLines.get(`${subject!.file}:${subject!.line}`) ?? '';
}

function callsEvidence(calls: readonly NativeCall[], { addons }: Facts): Evidence[] {
  const loaded = [...new Set((addons ?? []).map(({ path, package: name }) => name ?? path))];
  const lines = [...new Set(calls.map(({ blame }) => lineOf(blame.subject!)))].slice(0, MOST_LINES);
  return [
    ...(loaded.length > 0
      ? [{ source: 'maps', statement: `native addons loaded: ${loaded.join(', ')}` }]
      : []),
    ...(lines.length > 0
      ? [{ source: 'cpu-profile', statement: `the program calls native functions in ${lines.join(', ')}` }]
      : []),
  ];
}

const MOST_LINES = 5;
