// Memory outside the V8 heap that V8 knows of grows: buffers and array buffers that the program keeps.
import type { Facts } from '../../../analysis/facts.ts';
import type { GrowingCollection } from '../../../analysis/growth/growing-collections.ts';
import type { Evidence } from '../../../model/finding.ts';
import type { Frame } from '../../../model/frame.ts';
import { formatBytes } from '../../../units/units.ts';
import { type CreationSite, siteOfAllocations } from '../../creation-site.ts';
import { type RunsOut, whenMemoryRunsOut } from '../../leak-draft.ts';
import { COPY_BYTES, cutBuffers, cutBuffersEvidence } from '../../memory/cut-buffers.ts';
import { entriesEvidence, holdsObjects, ofThread, sayHolder } from '../../memory/holders.ts';
import { adviceOnKeeper } from '../../memory/leak/heap-leak-advice.ts';
import { nameOf } from '../../memory/leak/heap-leak-title.ts';
import { heldCollection } from '../../memory/retainer-path.ts';
import { describeBacklogs } from '../../memory/stream-backlog.ts';
import { describeWasm, growingWasm } from '../../native/wasm-memory.ts';
import type { Draft, Rule } from '../../rule.ts';
import { CUT_BUFFERS, EXTERNAL_MEMORY } from '../../thresholds/memory.ts';
import { confidenceAt } from '../../thresholds/scale.ts';
import { inBrackets, leakSeverity, leakUrgency, movement, perSecond, subjectOf } from '../../wording.ts';

const BUFFER_MAKERS =
  /^(alloc|allocUnsafe|allocUnsafeSlow|from|concat|FastBuffer|createUnsafeBuffer|allocate|fromArrayLike|copyBytesFrom|slice|subarray|toString|createPool|fromStringFast)$/;

export const externalMemoryLeak: Rule = {
  kind: 'external-memory-leak',
  judge(facts) {
    const { external } = facts.memory;
    const backlogs = describeBacklogs(facts, 'external');
    if (backlogs.length > 0) return backlogs;
    if (external.verdict === 'too-little-data')
      return {
        notApplicable: `fewer than 6 counts of external memory after a full GC (${external.points} seen)`,
      };
    if (external.verdict !== 'growing' || external.slopePerSecond < EXTERNAL_MEMORY.leastBytesPerSecond)
      return [];
    if (isFilling(facts)) return [];
    const wasm = growingWasm(facts);
    return [wasm ? describeWasm(wasm, facts) : describe(facts)];
  },
};

/** What takes the buffers has a maximum, and comes to it before memory ends. */
function isFilling(facts: Facts): boolean {
  const filled = bufferCollection(facts);
  const filling = filled?.filling;
  const cut = cutBuffers(filled, facts.memory.external);
  if ((cut?.fullBytes ?? 0) > CUT_BUFFERS.mostFullBytes) return false;
  const { exhaustionSeconds = Number.POSITIVE_INFINITY } = whenMemoryRunsOut(facts, facts.memory.external);
  return filling != null && !filling.isNearby && filling.secondsLeft < exhaustionSeconds;
}

function describe(facts: Facts): Draft {
  const { external, externalThread: thread } = facts.memory;
  const filled = bufferCollection(facts);
  const site: CreationSite | null = filled?.insertion ? null : siteOfAllocations(facts, BUFFER_MAKERS);
  const blame = filled?.insertion?.blame ?? site?.blame ?? null;
  const frame = blame?.subject ?? null;
  const untilEnd = whenMemoryRunsOut(facts, external);
  const isBounded =
    (filled?.filling?.secondsLeft ?? Number.POSITIVE_INFINITY) < (untilEnd.exhaustionSeconds ?? 0);
  const runsOut: Partial<RunsOut> = isBounded ? {} : untilEnd;
  const rate = `${formatBytes(external.slopePerSecond)}/s`;
  const cut = cutBuffers(filled, external);
  return {
    kind: 'external-memory-leak',
    severity: leakSeverity(runsOut.exhaustionSeconds),
    confidence: confidenceOf(filled, frame),
    urgency: Math.max(EXTERNAL_MEMORY.leastUrgency, leakUrgency(runsOut.exhaustionSeconds)),
    title: `Buffers outside the heap grow by ${rate}${sayKeeper(filled)}${inBrackets(blame)}`,
    subject: subjectOf(
      filled ? 'collection' : frame ? 'function' : 'memory',
      filled ? nameOf(filled) : (frame?.functionName ?? 'external memory'),
      frame,
      thread,
    ),
    impact: {
      metric: 'external',
      value: Math.round(external.slopePerSecond),
      unit: 'bytes/s',
      ...runsOut,
    },
    evidence: [...evidenceOf(facts, filled, site), ...cutBuffersEvidence(cut)],
    retainerPath: heldCollection(filled, thread, facts)?.path,
    innocentExplanation:
      'Buffers wait for garbage collection as well, but these numbers were read right after full collections.',
    advice: [adviceOn(filled, cut !== null)],
    caveats: [],
    asSymptom: `external memory grows by ${rate}`,
    effect: 'external',
    explains: ['heap', 'native', 'gc'],
  };
}

function adviceOn(filled: GrowingCollection | null, isCut: boolean): string {
  if (filled?.collection.type === 'Buffer')
    return 'The buffer waits for the end of a message that never comes, or is consumed too slowly: reject messages above a maximum size, respect back-pressure, and remove what has been read.';
  if (isCut) return COPY_BYTES;
  const blame = filled?.insertion?.blame;
  const keeper = blame?.inner ?? blame?.library;
  return keeper
    ? adviceOnKeeper(keeper, blame)
    : 'Bound what keeps the buffers (a ring buffer, a maximum of bytes). If it keeps small slices, copy them (`Uint8Array.prototype.slice.call(part)`): a slice keeps its whole buffer.';
}

function confidenceOf(filled: GrowingCollection | null, frame: Frame | null): number {
  const { confidence } = EXTERNAL_MEMORY;
  return filled?.insertion ? confidence.filled : confidenceAt(confidence, frame);
}

/** ": Map `frames` keeps 12/s more of them" */
function sayKeeper(filled: GrowingCollection | null): string {
  if (filled?.collection.type === 'Buffer') return `: the buffer \`${nameOf(filled)}\` keeps growing`;
  return filled ? `: ${sayHolder(filled)} keeps ${perSecond(filled.trend.slopePerSecond)} more of them` : '';
}

function evidenceOf(
  { memory: { external, externalThread } }: Facts,
  filled: GrowingCollection | null,
  site: CreationSite | null,
): Evidence[] {
  return [
    {
      source: 'memory',
      statement: `external memory${ofThread(externalThread)} after a full GC ${movement(external, formatBytes)}`,
      value: external.slopePerSecond,
      unit: 'bytes/s',
    },
    ...(filled
      ? filled.collection.type === 'Buffer'
        ? [longerEvidence(filled)]
        : [{ ...entriesEvidence(filled), value: filled.trend.slopePerSecond, unit: 'entries/s' }]
      : []),
    ...(site ? [site.evidence] : []),
  ];
}

function longerEvidence({ collection, trend }: GrowingCollection): Evidence {
  const held = collection.holder?.of ? `, a property of ${collection.holder.of},` : '';
  return {
    source: 'census',
    statement: `the length of that buffer${collection.holder?.kind === 'property' ? held : ''} ${movement(trend, (kib) => formatBytes(kib * 1024))}`,
    value: Math.round(trend.slopePerSecond * 1024),
    unit: 'bytes/s',
  };
}

/** What takes the buffers: one that is made longer and longer, a collection of buffers, else the fastest. */
function bufferCollection({ collections: all, memory }: Facts): GrowingCollection | null {
  const least = memory.external.slopePerSecond * EXTERNAL_MEMORY.leastShareOfOne;
  const collections = all.filter(({ collection }) => collection.thread === memory.externalThread);
  const longer = collections.find(
    ({ collection, trend }) => collection.type === 'Buffer' && trend.slopePerSecond * 1024 >= least,
  );
  if (longer) return longer;
  const known = collections.filter(({ insertion }) => insertion?.blame.subject);
  return (
    known.find(({ collection }) => collection.entry?.view !== undefined) ??
    known.find(({ collection }) => /Buffer|Uint8Array|TypedArray/.test(collection.newestEntry)) ??
    known.find(({ collection }) => holdsObjects(collection)) ??
    null
  );
}
