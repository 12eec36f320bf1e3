// The result of comparing two sides. Its shape is a published contract: wire/report.
import type { FrameOwner } from '../frame.ts';

export type {
  Change,
  CompareMethod,
  Comparison,
  Direction,
  FindingChange,
  FunctionChange,
  MetricChange,
  SideSummary,
} from '../../wire/report/comparison.ts';
export type { ChangeVerdict } from '../../wire/report/names.ts';

/** For the differential flame graph: both sides in one tree. Costs are microseconds a request; the root is the first. */
export interface DiffNode {
  parent: number;
  function: string;
  file: string | null;
  line: number | null;
  package: string | null;
  owner: FrameOwner;
  baseSelf: number;
  headSelf: number;
  baseTotal: number;
  headTotal: number;
  /** Of the function as a whole; false: what is seen is within the noise. */
  isSignificant: boolean;
}
