// What V8 and Node print when they give up: GC trace, fatal error, native stack. Several lines become one event.
import type { EndEvent } from '../ends/ending.ts';
import { readGcTrace } from '../read/gc-trace.ts';
import { addLine, type LineList, listOf, replaceLast } from '../read/line-list.ts';

const START =
  /^(?:<--- Last few GCs --->|FATAL ERROR: |# Fatal error in|#\s+\S*node\S*\[\d+\]: |----- Native stack trace -----|abort: | ?1: 0x[0-9a-f]+ .*\[|Fatal process out of memory|Thread \d+ crashed)/;
const GOES_ON =
  /^(?:\s*$|\[\d+:|= \[|<---|FATAL ERROR: |#|-----|=====?|\s*\d+: (?:0x|Exit|Stub|Internal|Entry|\/\*|[\w.]+)|\[\d+\]:|Security context|\s+\[|\s*\}$|JS stack|\s*\(anonymous|\s*at )/;
const HEAP_WORDS =
  /heap out of memory|Reached heap limit|CALL_AND_RETRY|Ineffective mark-compacts|invalid (array|table|size)|Zone|process out of memory|Allocation failed|MakeHeapStrongGC|Committing semi space failed/i;
const MOST_LINES = 2_000;
const CLOSING = '=====================';

export const startsDump = (line: string) => line.length < 2_000 && START.test(line);

export interface Dump {
  lines: LineList;
  /** V8's own dump of a JavaScript stack began. */
  hasDetails: boolean;
}

const isDetails = (line: string) => line.startsWith('==== JS stack trace');

export const beginDump = (line: string): Dump => ({ lines: listOf([line]), hasDetails: isDetails(line) });

/** V8's own dump of a JavaScript stack shows source text: it goes on up to its closing line. */
export function continuesDump(line: string, { lines, hasDetails }: Dump): boolean {
  // A dump that was cut has no closing line: what no longer looks like one ends it.
  return GOES_ON.test(line) || (hasDetails && lines.newest?.text !== CLOSING && lines.count < MOST_LINES);
}

/** Only the start and the last line are kept of a long one. */
export function feedDump({ lines, hasDetails }: Dump, line: string): Dump {
  const add = lines.count < MOST_LINES ? addLine : replaceLast;
  return {
    lines: add(lines, line.length > 2_000 ? line.slice(0, 2_000) : line),
    hasDetails: hasDetails || isDetails(line),
  };
}

/** null when the lines say nothing of an end, as `--trace-gc` output does. */
export function readDump(lines: readonly string[]): EndEvent | null {
  const told = lines.find((line) => /^FATAL ERROR: |^Fatal process out of memory/.test(line));
  const v8 = lines.find((line) =>
    /^#\s+(Fatal JavaScript|Check failed|Debug check failed|unreachable|unimplemented)/i.test(line),
  );
  const hasStack = lines.some((line) => /^\s*\d+: (0x|ExitFrame)/.test(line));
  const gc = readGcTrace(lines);
  const isConfirmed = hasStack || gc !== null || lines.some((line) => line.startsWith('<---'));
  const reason = (told ?? v8 ?? '').replace(/^(FATAL ERROR: |#\s+)/, '').slice(0, 300);
  if (reason !== '' && (HEAP_WORDS.test(reason) || gc !== null))
    return { kind: 'heap-limit', reason, gc, isCertain: isConfirmed, lines: shown(lines) };
  const what =
    reason ||
    lines.find((line) => /^(abort: |#\s+\S*node)/.test(line))?.slice(0, 300) ||
    (lines.some((line) => /node::Abort\(\)/.test(line)) ? 'Node aborted itself' : '') ||
    (hasStack && lines.some((line) => /Native stack trace/.test(line)) ? 'a native stack was printed' : '');
  return what === '' ? null : { kind: 'native', what, isCertain: hasStack, lines: shown(lines) };
}

/** Native frames say little: a few will do. */
function shown(lines: readonly string[]): string[] {
  let frames = 0;
  return lines.filter((line) => line.trim() !== '' && (!/^\s*\d+: /.test(line) || frames++ < 4)).slice(0, 24);
}
