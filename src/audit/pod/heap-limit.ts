// A heap that may grow beyond the container's memory is killed before V8 collects garbage aggressively; one that is nearly
// full collects all the time.

import { defaultHeapBytes } from '../../findings/memory/default-heap.ts';
import {
  adviseOnFullHeap,
  adviseOnHeap,
  unmeasuredOldSpaceMegabytes,
} from '../../findings/memory/heap-settings.ts';
import { TARGET_MAJORS } from '../../model/node-releases.ts';
import { MIB } from '../../units/bytes.ts';
import { formatBytes, formatShare } from '../../units/units.ts';
import { LINKS } from '../links.ts';
import {
  type AuditFacts,
  type ConfigurationRule,
  flagValue,
  type Judged,
  nodeFlags,
  nodeMajor,
} from '../rule.ts';

/** Of a larger memory the default leaves so much unused that it is worth a word. */
const SMALL_SHARE = 0.35;
/** Beside the heap there are buffers, stacks, code and the garbage that waits. */
const ROOM_SHARE = 0.85;
const FULL_SHARE = 0.85;

const POD_LIMIT = "the pod spec's limit";
const CONTAINER_LIMIT = "the container's limit";

interface Memory {
  bytes: number;
  /** "the container's limit" */
  name: string;
}

/** The tightest memory that is known to hold this process. */
function memoryOf({ settings: { inner, outer }, pod }: AuditFacts): Memory | undefined {
  const all: Memory[] = [];
  if (outer.memoryLimitBytes !== undefined)
    all.push({ bytes: outer.memoryLimitBytes, name: CONTAINER_LIMIT });
  if (pod?.memoryLimitBytes !== undefined) all.push({ bytes: pod.memoryLimitBytes, name: POD_LIMIT });
  if (inner.totalMemoryBytes !== undefined)
    all.push({ bytes: inner.totalMemoryBytes, name: "the machine's memory" });
  return all.sort((a, b) => a.bytes - b.bytes)[0];
}

export const heapLimit: ConfigurationRule = {
  check: 'heap limit',
  level: 3,
  judge(facts) {
    const { settings } = facts;
    const { heapLimitBytes: limit, heapUsedBytes: used } = settings.inner;
    const memory = memoryOf(facts);
    if (limit === undefined) return { unknown: 'the heap limit could not be read' };
    if (used !== undefined && used > limit * FULL_SHARE) return nearlyFull(facts, used, limit);
    if (!memory) return { unknown: 'no memory limit is known' };
    if (memory.name === POD_LIMIT) return judgeInPod(facts, memory, limit);
    const isOfContainer = memory.name === CONTAINER_LIMIT;
    if (isOfContainer && isSmallDefault(facts, memory, limit)) return tooSmall(facts, memory, limit);
    if (limit <= memory.bytes * ROOM_SHARE)
      return { ok: `${formatBytes(limit)} of ${formatBytes(memory.bytes)}` };
    return tooLarge(limit, memory, adviseFor(facts, memory), [
      { source: 'v8', statement: `heap_size_limit ${formatBytes(limit)}` },
    ]);
  },
};

/** By what is held beside the heap, where that was measured; of a limit that only a pod spec knows, three quarters. */
function adviseFor(facts: AuditFacts, memory: Memory): string[] {
  const beside = besideHeapBytes(facts, memory);
  const live = facts.settings.inner.heapUsedBytes;
  if (beside !== undefined && live !== undefined) return adviseOnHeap(memory.bytes, beside, live);
  return [
    `node --max-old-space-size=${unmeasuredOldSpaceMegabytes(memory.bytes)}   # 75 % of ${formatBytes(memory.bytes)}: the rest is for buffers, stacks and code`,
  ];
}

/** Undefined where it was not measured under that limit. */
function besideHeapBytes({ settings: { inner, outer } }: AuditFacts, { name }: Memory): number | undefined {
  if (name !== CONTAINER_LIMIT || inner.heapTotalBytes === undefined) return undefined;
  const anon = outer.memoryAnonBytes;
  return anon === undefined ? undefined : Math.max(0, anon - inner.heapTotalBytes);
}

/** The process does not run under that limit: the heap it would have there follows from flags, or is Node's default. */
function judgeInPod(facts: AuditFacts, memory: Memory, limitHere: number): Judged {
  const { settings, pod } = facts;
  const words = `${pod?.nodeOptions ?? ''} ${pod?.command.join(' ') ?? ''}`;
  const inSpec = /--max[-_]old[-_]space[-_]size[= ](\d+)/.exec(words)?.[1];
  if (inSpec !== undefined) return judgeSize(facts, memory, Number(inSpec) * MIB, 'set in the pod spec');
  if (flagValue(settings, '--max-old-space-size') !== undefined)
    return judgeSize(facts, memory, limitHere, 'by --max-old-space-size');
  const major = nodeMajor(facts);
  const isTold = [...nodeFlags(settings), words].some((flag) => /--max[-_](heap|old)|percentage/.test(flag));
  if (isTold || pod?.nodeOptions === null || major === undefined || !isKnownMajor(major))
    return {
      unknown: `V8 derives it from the memory of its container; this process is not running in the pod, which has ${formatBytes(memory.bytes)}`,
    };
  return judgeSize(facts, memory, defaultHeapBytes(memory.bytes, major), "Node's own default there");
}

const isKnownMajor = (major: number) => major >= TARGET_MAJORS.oldest && major <= TARGET_MAJORS.newest;

function judgeSize(facts: AuditFacts, memory: Memory, bytes: number, why: string): Judged {
  const size = formatBytes(bytes);
  if (why.startsWith('Node') && bytes < memory.bytes * SMALL_SHARE) return tooSmall(facts, memory, bytes);
  if (bytes <= memory.bytes * ROOM_SHARE) return { ok: `${size} of ${formatBytes(memory.bytes)} (${why})` };
  const isDefault = why.startsWith('Node');
  return tooLarge(bytes, memory, adviseFor(facts, memory), [
    {
      source: 'v8',
      statement: isDefault
        ? `no --max-old-space-size is given: Node.js limits the heap to half of the container's memory, but not to less than about 256 MB`
        : `the heap limit is ${size}, ${why}`,
    },
  ]);
}

/** Told by no flag, and as large as Node takes it by itself. */
function isSmallDefault({ settings }: AuditFacts, { bytes }: Memory, limit: number): boolean {
  const isTold = nodeFlags(settings).some((flag) => /--max[-_](old|heap)|percentage/.test(flag));
  return !isTold && limit < bytes * SMALL_SHARE && limit <= defaultHeapBytes(bytes);
}

function tooSmall(facts: AuditFacts, memory: Memory, limit: number): Judged {
  const { bytes, name } = memory;
  return {
    finding: {
      value: formatBytes(limit),
      severity: 'notice',
      confidence: 0.8,
      title: `The heap may use ${formatBytes(limit)} of the ${formatBytes(bytes)} that ${name} allows: Node.js's default`,
      why: 'a heap that needs more ends the process ("heap out of memory") while most of the memory is free',
      evidence: [
        {
          source: 'v8',
          statement:
            "no --max-old-space-size is given: Node.js limits the heap to half of the container's memory: to about 2 GB at most, or about 4 GB with 15 GB of memory or more",
        },
        { source: 'memory', statement: `${name}: ${formatBytes(bytes)}` },
      ],
      innocent:
        'Buffers, worker threads and child processes use the rest: they do not count against the heap limit.',
      advice: adviseFor(facts, memory),
      references: [LINKS.heapLimit, LINKS.resources],
    },
  };
}

function tooLarge(
  limit: number,
  { bytes, name }: Memory,
  advice: string[],
  evidence: { source: string; statement: string }[],
): Judged {
  return {
    finding: {
      value: formatBytes(limit),
      severity: limit >= bytes ? 'warning' : 'notice',
      confidence: 0.9,
      title: `The heap may grow to ${formatBytes(limit)}, but ${name} is ${formatBytes(bytes)}`,
      why: 'V8 collects garbage aggressively only near its own limit: the kernel kills the container first, without a message from Node.js',
      evidence: [...evidence, { source: 'memory', statement: `${name}: ${formatBytes(bytes)}` }],
      innocent: 'A heap that never grows that far does no harm.',
      advice,
      references: [LINKS.heapLimit, LINKS.resources],
    },
  };
}

function nearlyFull(facts: AuditFacts, used: number, limit: number): Judged {
  const memory = memoryOf(facts);
  const room = memory && { limitBytes: memory.bytes, besideHeapBytes: besideHeapBytes(facts, memory) };
  return {
    finding: {
      value: formatBytes(limit),
      severity: 'warning',
      confidence: 0.8,
      title: `The heap is ${formatShare(used / limit)} full: ${formatBytes(used)} of ${formatBytes(limit)}`,
      why: 'close to its limit V8 collects garbage over and over, then ends the process ("heap out of memory")',
      evidence: [
        {
          source: 'v8',
          statement: `used_heap_size ${formatBytes(used)}, heap_size_limit ${formatBytes(limit)}`,
        },
      ],
      innocent: 'Shortly before a garbage collection, much of it may be garbage.',
      advice: [
        ...adviseOnFullHeap(limit, used, room ?? {}),
        'If it grows, use `culprit diagnose` to find what retains the objects.',
      ],
      references: [LINKS.heapLimit],
    },
  };
}
