// The "Last few GCs" of an exhausted heap, in numbers.

/** The last full collection. Sizes in bytes, as V8 rounds them. */
export interface GcTrace {
  /** Used before and after. */
  beforeBytes: number;
  afterBytes: number;
  /** Committed, before. */
  committedBytes: number;
  pauseMillis: number;
  /** Collections that were printed. */
  count: number;
  /** Since the process started; null is unknown. */
  uptimeMillis: number | null;
}

const LINE =
  /^\s*(?:= )?(?:\[\d+(?::[^\]]*)?\])?\s+(\d+) ms: (Scavenge|Mark-sweep|Mark-Compact|Mark-compact|Minor Mark-Compact)[^:]*? ([\d.]+) \(([\d.]+)\) -> ([\d.]+) \(([\d.]+)\) MB,(?: pooled: [\d.]+ MB,)? ([\d.]+) \//;

const MEGABYTE = 2 ** 20;

/** The process that a line of a collection is about, "[30:0x2d5fbd0] 38 ms: ..."; 0 is unknown. */
export const pidOfGcLine = (line: string): number =>
  Number(/^\s*(?:= )?\[(\d{1,10}):0?x?[0-9a-fA-F]+\] +\d+ ms: /.exec(line)?.[1] ?? 0);

/** null when no line is one of a full collection. */
export function readGcTrace(lines: readonly string[]): GcTrace | null {
  const matches = lines.map((line) => (line.length < 2_000 ? LINE.exec(line) : null));
  const found = matches.filter((match) => match !== null);
  const full = found.filter((match) => !/Scavenge|Minor/.test(match[2]!)).at(-1) ?? found.at(-1);
  if (!full) return null;
  const bytes = (index: number) => Math.round(Number(full[index]) * MEGABYTE);
  return {
    beforeBytes: bytes(3),
    afterBytes: bytes(5),
    committedBytes: bytes(4),
    pauseMillis: Number(full[7]),
    count: found.length,
    uptimeMillis: Number(full[1]),
  };
}
