// What a whole capture costs servers under load, as measured: `npm run bench:overhead -- --save` writes the numbers into
// overhead.json, and `culprit preflight` and the documentation print them.
import overhead from './overhead.json' with { type: 'json' };

/** One server of the overhead bench; lists have a number for each pair of rounds, with culprit and without. */
export interface ServerOverhead {
  server: string;
  does: string;
  /** At full speed: 0.91 is 91 % of the requests it answers alone. */
  throughputKept: number[];
  /** At half of full speed, in milliseconds: without culprit, with it. */
  p99Millis: number[][];
  /** CPU time of a request, divided by that without culprit; null is not measured. */
  cpuPerRequest: number[] | null;
  /** The most resident memory less that without culprit; null is not measured. */
  addedBytes: number[] | null;
  /** Versions, machine and windows. */
  provenance: string;
}

export const SERVER_OVERHEADS: readonly ServerOverhead[] = overhead.servers;

/** The part of its throughput that a server at its limit kept: the worst pair of rounds and the best. */
export function throughputKept(): { least: number; most: number } {
  const kept = SERVER_OVERHEADS.flatMap(({ throughputKept: each }) => each);
  return { least: Math.min(...kept), most: Math.max(...kept) };
}
