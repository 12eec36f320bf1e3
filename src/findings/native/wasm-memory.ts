// WebAssembly memory grows: it is one buffer that only becomes longer, and the garbage collector does not see what is in it.
import type { Blame } from '../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../analysis/facts.ts';
import type { GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import { formatBytes, formatShare } from '../../units/units.ts';
import { whenMemoryRunsOut } from '../leak-draft.ts';
import { ofThread } from '../memory/holders.ts';
import { nameOf } from '../memory/leak/heap-leak-title.ts';
import { heldCollection } from '../memory/retainer-path.ts';
import type { Draft } from '../rule.ts';
import { EXTERNAL_MEMORY } from '../thresholds/memory.ts';
import { confidenceAt } from '../thresholds/scale.ts';
import {
  chainOf,
  inBrackets,
  latePace,
  leakSeverity,
  leakUrgency,
  movement,
  packageOf,
  subjectOf,
} from '../wording.ts';

/** WebAssembly counts its memory in pages. */
const PAGE_KIB = 64;
/** Compilers to WebAssembly give each type of number a view of its own. */
const LEAST_VIEWS = 3;
/** Of the growth outside of the heap, what it must be. */
const LEAST_SHARE = EXTERNAL_MEMORY.leastShareOfOne;
/** Of the time of a thread, what WebAssembly takes where its memory is known by this only. */
const LEAST_OF_THREAD = 0.02;

export interface WasmMemory {
  /** The memory itself; null: it was not seen, but nothing else of what grows can be. */
  filled: GrowingCollection | null;
  /** Under which most of the time of WebAssembly code is spent; null: it was not seen. */
  caller: { blame: Blame; share: number; shareOfThread: number } | null;
}

/** The memory whose growth makes most of that outside of the heap; null where what grows is no memory of WebAssembly. */
export function growingWasm(facts: Facts): WasmMemory | null {
  const { external, externalThread, arrayBuffers } = facts.memory;
  const caller = callerOfWasm(facts);
  const least = external.slopePerSecond * LEAST_SHARE;
  const filled = facts.collections.find(
    ({ collection, trend }) =>
      collection.type === 'Buffer' &&
      collection.thread === externalThread &&
      collection.sizes.every(({ entries }) => entries % PAGE_KIB === 0) &&
      ((collection.views ?? 1) >= LEAST_VIEWS || caller !== null) &&
      trend.slopePerSecond * 1024 >= least,
  );
  if (filled) return { filled, caller };
  const isOfBuffers =
    arrayBuffers.verdict === 'too-little-data' ||
    arrayBuffers.slopePerSecond > external.slopePerSecond - least;
  const isBusy = (caller?.shareOfThread ?? 0) >= LEAST_OF_THREAD;
  return isBusy && !isOfBuffers ? { filled: null, caller } : null;
}

/** Of the packages and the program, in that thread; Node runs WebAssembly of its own. */
function callerOfWasm({ cpu, memory }: Facts): WasmMemory['caller'] {
  const byPlace = new Map<string, { blame: Blame; micros: number }>();
  let all = 0;
  let busy = 0;
  for (const { hotspots, busyMicros } of cpu.filter(({ thread }) => thread === memory.externalThread)) {
    busy += busyMicros;
    for (const { frame, blame, selfMicros } of hotspots) {
      if (!frame.file?.startsWith('wasm:') || !blame.subject) continue;
      all += selfMicros;
      const key = `${blame.subject.file}:${blame.subject.line}`;
      const known = byPlace.get(key) ?? { blame, micros: 0 };
      known.micros += selfMicros;
      byPlace.set(key, known);
    }
  }
  const [most] = [...byPlace.values()].sort((a, b) => b.micros - a.micros);
  return most
    ? { blame: most.blame, share: most.micros / all, shareOfThread: all / Math.max(1, busy) }
    : null;
}

export function describeWasm(wasm: WasmMemory, facts: Facts): Draft {
  const { external, externalThread: thread, arrayBuffers } = facts.memory;
  const { filled, caller } = wasm;
  const blame = exactPlace(wasm, facts) ?? caller?.blame ?? null;
  const runsOut = whenMemoryRunsOut(facts, external);
  const rate = `${formatBytes(external.slopePerSecond)}/s`;
  return {
    kind: 'external-memory-leak',
    severity: leakSeverity(runsOut.exhaustionSeconds),
    confidence: confidenceAt(EXTERNAL_MEMORY.confidence, blame),
    urgency: Math.max(EXTERNAL_MEMORY.leastUrgency, leakUrgency(runsOut.exhaustionSeconds)),
    title: `The memory of WebAssembly code grows by ${rate}${inBrackets(blame)}`,
    subject: subjectOf(
      'memory',
      filled ? nameOf(filled) : 'WebAssembly memory',
      blame?.subject ?? null,
      thread,
    ),
    impact: { metric: 'external', value: Math.round(external.slopePerSecond), unit: 'bytes/s', ...runsOut },
    evidence: [
      {
        source: 'memory',
        statement: `external memory${ofThread(thread)} after a full GC ${movement(external, formatBytes)}`,
        value: external.slopePerSecond,
        unit: 'bytes/s',
      },
      filled
        ? {
            source: 'census',
            statement: `\`${nameOf(filled)}\`, the memory of WebAssembly code, went from ${formatBytes(filled.trend.first * 1024)} to ${formatBytes(filled.trend.last * 1024)}`,
            value: Math.round(filled.trend.slopePerSecond * 1024),
            unit: 'bytes/s',
          }
        : {
            source: 'memory',
            statement: `array buffers, which do not include WebAssembly memory, are only ${formatBytes(arrayBuffers.last)} of it`,
          },
      ...(caller
        ? [
            {
              source: 'cpu-profile',
              statement: `${formatShare(caller.share)} of the time of WebAssembly code is spent${inBrackets(caller.blame).replace(/^ \((.*)\)$/, ' under $1')}`,
            },
          ]
        : []),
    ],
    ...(blame && chainOf(blame)),
    retainerPath: heldCollection(filled, thread, facts)?.path,
    innocentExplanation: `WebAssembly memory never shrinks. Freed parts of it are reused, so it stops growing once enough is free. It grew ${latePace(external)}.`,
    advice: [adviceOn(blame)],
    caveats: filled
      ? []
      : [
          'culprit infers that it is the memory of WebAssembly code: it is not an array buffer, and such code runs in that thread.',
        ],
    asSymptom: `the memory of WebAssembly code grows by ${rate}`,
    effect: 'external',
    explains: ['heap', 'native', 'gc'],
  };
}

/** Objects that stand for what lies in it are added where it is called: the line of that call. */
function exactPlace({ caller }: WasmMemory, { collections }: Facts): Blame | null {
  const called = caller?.blame.app;
  if (!called) return null;
  const found = collections.find(
    ({ insertion }) =>
      insertion?.blame.app?.file === called.file && insertion.blame.app?.functionName === called.functionName,
  );
  return found?.insertion?.blame ?? null;
}

function adviceOn(blame: Blame | null): string {
  const { app = null, library = null } = blame ?? {};
  const made = app && library ? `what ${packageOf(library)} returned` : 'what is made in it';
  return `The garbage collector does not free WebAssembly memory: release ${made} when it is no longer needed, after errors too (dispose(), free(), delete() or close(), whichever it has).`;
}
