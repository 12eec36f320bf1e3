// Bytes of buffers that no JavaScript object holds: code of Node or of an addon keeps them, or messages that were not read.
// V8's count of what its allocator provided shows that they exist.
import type { Blame } from '../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../analysis/facts.ts';
import { callerOfNodes } from '../../analysis/growth/node-callers.ts';
import type { Trend } from '../../analysis/statistics/trend.ts';
import { formatBytes } from '../../units/units.ts';
import { whenMemoryRunsOut } from '../leak-draft.ts';
import { findHeapCause } from '../memory/heap-cause.ts';
import type { Draft } from '../rule.ts';
import { NATIVE_MEMORY } from '../thresholds/memory.ts';
import { confidenceAt } from '../thresholds/scale.ts';
import {
  inBrackets,
  latePace,
  leakSeverity,
  leakUrgency,
  movement,
  placeWithLibrary,
  subjectOf,
} from '../wording.ts';
import { keptBuffersNote } from '../words/node-class-words.ts';
import { nodeFrameWords } from '../words/node-frame-words.ts';

/** Null: they do not become more, or resident memory does not follow. */
export function growingUnowned({ memory: { unowned, rss } }: Facts): Trend | null {
  const isGrowing =
    unowned.verdict === 'growing' && unowned.slopePerSecond >= NATIVE_MEMORY.leastBytesPerSecond;
  const isFollowed = rss.slopePerSecond >= unowned.slopePerSecond * NATIVE_MEMORY.leastShareOfRss;
  return isGrowing && isFollowed && rss.verdict === 'growing' ? unowned : null;
}

export function describeUnowned(unowned: Trend, facts: Facts): Draft {
  const { rss } = facts.memory;
  const made = madeAlong(facts);
  const frame = made?.blame?.subject ?? null;
  const runsOut = whenMemoryRunsOut(facts, rss);
  const rate = `${formatBytes(unowned.slopePerSecond)}/s`;
  const note = made && keptBuffersNote(made.files, facts.observations.target.nodeVersion);
  return {
    kind: 'native-memory-growth',
    severity: leakSeverity(runsOut.exhaustionSeconds),
    confidence: confidenceAt(
      { placed: NATIVE_MEMORY.confidence.called, unplaced: NATIVE_MEMORY.confidence.unplaced },
      frame,
    ),
    urgency: Math.max(NATIVE_MEMORY.leastUrgency, leakUrgency(runsOut.exhaustionSeconds)),
    title: `Bytes of buffers that only native code still holds grow by ${rate}${inBrackets(made?.blame)}`,
    subject: subjectOf('memory', frame?.functionName ?? 'native memory', frame),
    impact: { metric: 'native', value: Math.round(unowned.slopePerSecond), unit: 'bytes/s', ...runsOut },
    evidence: [
      {
        source: 'memory',
        statement: `array buffers beyond what V8 counts for its objects, after a full GC, ${movement(unowned, formatBytes)}; RSS from ${formatBytes(rss.first)} to ${formatBytes(rss.last)}`,
        value: unowned.slopePerSecond,
        unit: 'bytes/s',
      },
      ...(made
        ? [
            {
              source: 'heap-sampling',
              statement: `${made.words} accumulate on the heap along with them${made.blame ? `, for ${placeWithLibrary(made.blame)}` : ''}`,
            },
          ]
        : []),
    ],
    innocentExplanation: `Memory that threads share (SharedArrayBuffer) is counted the same way, and so are messages that another thread has not read yet. It grew ${latePace(unowned)}.`,
    advice: [
      ...(note ? [note] : []),
      'No object of the program holds these bytes: they are in a stream, a Blob or a message that was not read to its end, or a defect of Node.js or of an addon keeps them. Try the newest release of Node.js, read or cancel what was begun, and see whether messages to a worker are received.',
    ],
    caveats: frame
      ? ['culprit infers the place: the objects that are retained on the heap meanwhile are made for it.']
      : [],
    asSymptom: `native memory grows by ${rate}`,
    effect: 'native',
    explains: ['heap', 'external'],
  };
}

/** What of Node's own stays on the heap meanwhile, and for whom. */
function madeAlong(facts: Facts): { words: string; files: string[]; blame: Blame | null } | null {
  const growth = facts.heap.find(({ thread }) => thread === 0);
  const platform = growth && (findHeapCause(growth, facts)?.platform ?? null);
  if (!growth || !platform) return null;
  return {
    words: nodeFrameWords(platform.frames) ?? 'objects of its own',
    files: platform.frames.flatMap(({ file }) => file ?? []),
    blame: callerOfNodes(platform, growth),
  };
}
