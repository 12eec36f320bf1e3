// What V8 and Node print when they give up: GC trace, fatal error, native stack. Several lines become one event.

import { MIB } from '../../units/bytes.ts';
import type { EndEvent } from '../ends/ending.ts';
import { type GcTrace, pidOfGcLine, readGcTrace } from '../read/gc-trace.ts';
import { addLine, type LineList, listOf, replaceLast } from '../read/line-list.ts';

/** Functions of V8 and Node that run only when there is no more memory: enough where the first line is missing. */
const HEAP_FRAME = /\b(?:FatalProcessOutOfMemory|ReportOOMFailure|OOMErrorHandler)\b/;
const START =
  /^(?:<--- (?:Last few GCs|JS stacktrace) --->|FATAL ERROR: |#? ?Fatal error in|#\s+\S*node\S*\[\d+\]: |----- Native stack trace -----|abort: | *1: (?:0x)?[0-9a-fA-F]{5,} .*\[| *1: node::|Fatal process out of memory|Fatal JavaScript |Thread \d+ crashed)/;
const INSIDE = /^\s*\d+: (?:0x)?[0-9a-fA-F]{5,}\s/;
const GOES_ON =
  /^(?:\s*$|\[\d+:|\s*\d+ ms: |= \[|<---|FATAL ERROR: |#|-----|=====?|Fatal JavaScript |FailureMessage Object|\s*\d+: (?:0x|Exit|Stub|Internal|Entry|\/\*|[\w.]+)|\[\d+\]:|Security context|\s+\[|\s*\}$|JS stack|\s*\(anonymous|\s*at )/;
const HEAP_WORDS =
  /heap out of memory|Reached heap limit|CALL_AND_RETRY|Ineffective mark-compacts|invalid (array|table|size|fixed)|Zone|process out of memory|Allocation failed|MakeHeapStrongGC|Committing semi space failed/i;
const MOST_LINES = 2_000;
const CLOSING = '=====================';
const GCS = '<--- Last few GCs --->';

/** Sizes that V8 refuses whatever the heap has room for, and what has them. */
const TOO_LARGE: readonly [RegExp, string][] = [
  [/invalid table size/i, 'a Map, a Set or an object with very many keys'],
  [
    /invalid (?:fixed )?(?:double )?array (?:length|size)|invalid size error|invalid array length/i,
    'an array',
  ],
  [/invalid string length/i, 'a string'],
  [/invalid BigInt length/i, 'a BigInt'],
  [/invalid typed array length|Array buffer allocation/i, 'an ArrayBuffer'],
];

/** Tools that run programs put "> " or "[1] " before what those print. */
const LEAD = /^((?:> |\[\w{1,20}\] ){1,3})(?:<--- (?:Last few GCs|JS stacktrace) --->|FATAL ERROR: )/;

export function startsDump(line: string): boolean {
  if (line.length >= 2_000) return false;
  const first = line.charCodeAt(0);
  const isLed = (first === 62 || first === 91) && LEAD.test(line);
  return isLed || START.test(line) || (INSIDE.test(line) && HEAP_FRAME.test(line));
}

export interface Dump {
  lines: LineList;
  /** V8's own dump of a JavaScript stack began. */
  hasDetails: boolean;
  /** The list of collections began. */
  hasGcs: boolean;
  /** What a tool puts before each line; "" for nothing. */
  lead: string;
}

const withoutLead = (line: string, lead: string) =>
  lead !== '' && line.startsWith(lead.trimEnd()) ? line.slice(lead.length) : line;

const isDetails = (line: string) => line.startsWith('==== JS stack trace');

export function beginDump(line: string): Dump {
  const lead = LEAD.exec(line)?.[1] ?? '';
  const text = line.slice(lead.length);
  return { lines: listOf([text]), hasDetails: isDetails(text), hasGcs: text === GCS, lead };
}

/** V8's own dump of a JavaScript stack shows source text: it goes on up to its closing line. */
export function continuesDump(led: string, { lines, hasDetails, hasGcs, lead }: Dump): boolean {
  const line = withoutLead(led, lead);
  // Another process has run out of memory.
  if (hasGcs && line === GCS) return false;
  // A dump that was cut has no closing line: what no longer looks like one ends it.
  return GOES_ON.test(line) || (hasDetails && lines.newest?.text !== CLOSING && lines.count < MOST_LINES);
}

/** Only the start and the last line are kept of a long one. */
export function feedDump({ lines, hasDetails, hasGcs, lead }: Dump, led: string): Dump {
  const line = withoutLead(led, lead);
  const add = lines.count < MOST_LINES ? addLine : replaceLast;
  return {
    lines: add(lines, line.length > 2_000 ? line.slice(0, 2_000) : line),
    hasDetails: hasDetails || isDetails(line),
    hasGcs: hasGcs || line === GCS,
    lead,
  };
}

/** null when the lines say nothing of an end, as `--trace-gc` output does. */
export function readDump(lines: readonly string[]): EndEvent | null {
  const told = lines.find((line) => /^FATAL ERROR: |^Fatal process out of memory/.test(line));
  const v8 = lines.find((line) =>
    /^(?:#\s*)?(Fatal (JavaScript|process)|API fatal error|Check failed|Debug check failed|unreachable|unimplemented)/i.test(
      line,
    ),
  );
  const hasStack = lines.some((line) => /^\s*\d+: (0x|ExitFrame)/.test(line) || INSIDE.test(line));
  const gc = readGcTrace(lines);
  const hasGcs = lines.some((line) => line.startsWith('<---'));
  const reason = (told ?? v8 ?? '').replace(/^(FATAL ERROR: |#\s*)/, '').slice(0, 300);
  if (/std::bad_alloc/.test(reason)) return { ...NO_MEMORY, lines: shown(lines) };
  const isFull = (hasGcs && gc !== null) || lines.some((line) => HEAP_FRAME.test(line));
  if (reason === '' ? isFull : HEAP_WORDS.test(reason) || gc !== null) {
    const pid = lines.map(pidOfGcLine).find((found) => found !== 0) ?? 0;
    return {
      kind: 'heap-limit',
      reason: reason || reasonOf(gc),
      gc,
      tooLarge: TOO_LARGE.find(([words]) => words.test(reason))?.[1] ?? null,
      isCertain: hasStack || gc !== null || hasGcs,
      lines: shown(lines),
      ...(pid !== 0 && { process: { name: '', pid } }),
    };
  }
  const what =
    reason ||
    lines.find((line) => /^(abort: |#\s+\S*node)/.test(line))?.slice(0, 300) ||
    (lines.some((line) => /node::Abort\(\)/.test(line)) ? 'Node aborted itself' : '') ||
    (hasStack && lines.some((line) => /Native stack trace/.test(line)) ? 'a native stack was printed' : '');
  return what === '' ? null : { kind: 'native', what, isCertain: hasStack, lines: shown(lines) };
}

const NO_MEMORY = {
  kind: 'told',
  label: 'out-of-memory',
  statement: 'native code could not allocate memory (std::bad_alloc)',
  teller: 'Node.js',
} as const;

function reasonOf(gc: GcTrace | null): string {
  const megabytes = (bytes: number) => Math.round(bytes / MIB).toLocaleString('en');
  const how = gc ? `: ${megabytes(gc.afterBytes)} of ${megabytes(gc.committedBytes)} MB were in use` : '';
  return `V8 ran out of memory${how} (the line with its reason is not in the log)`;
}

/** Native frames say little: a few will do. */
function shown(lines: readonly string[]): string[] {
  let frames = 0;
  return lines.filter((line) => line.trim() !== '' && (!/^\s*\d+: /.test(line) || frames++ < 4)).slice(0, 24);
}
