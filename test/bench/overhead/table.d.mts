// What the tests ask of table.mjs.

interface Round {
  perSecond: number;
  perSecondAfter: number;
  p99: number;
  cpuMicros: number;
  peakRssBytes: number;
  left: string[];
  failed: number;
}

export interface Row {
  server: string;
  condition: string;
  throughput: { numbers: number[] };
  /** Without and with the condition, one pair a block. */
  p99Pairs: number[][];
  cpu: { numbers: number[] };
  addedBytes: { numbers: number[] };
}

type Block = Record<string, { full: Partial<Round>; half: Partial<Round> }>;
export function summarize(blocks: Record<string, Block[]>): Row[];
