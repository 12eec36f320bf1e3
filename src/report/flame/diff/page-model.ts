// The data of a differential flame graph's page, as JSON carries it: frames, the tree that names them by number, and
// the comparison of each function.
import type { ChangeVerdict, FunctionChange } from '../../../model/comparison/comparison.ts';
import type { FrameOwner } from '../../../model/frame.ts';

/** One function as it is called in the graph. */
export interface PageFrame {
  name: string;
  /** "src/search.js:12"; empty for native code. */
  place: string;
  package: string;
  owner: FrameOwner;
  /** Index of its comparison; -1: there is none. */
  change: number;
}

/** Numbers as in `FunctionChange`; null is unknown. */
export interface PageChange {
  name: string;
  place: string;
  package: string;
  verdict: ChangeVerdict;
  presence: FunctionChange['presence'];
  base: number | null;
  head: number | null;
  difference: number | null;
  differenceLow: number | null;
  differenceHigh: number | null;
  /** Parts of the whole program's CPU time. */
  share: number | null;
  shareLow: number | null;
  shareHigh: number | null;
  totalBase: number | null;
  totalHead: number | null;
  allocation: { base: number | null; head: number | null } | null;
  movedWith: string[];
  runsNeeded: number | null;
}

/** Columns of the tree; all lists are of one length, and a parent's index is smaller than its child's. */
export interface PageTree {
  /** -1 for the root. */
  parent: number[];
  /** Index in `frames`. */
  frame: number[];
  baseSelf: number[];
  headSelf: number[];
  baseTotal: number[];
  headTotal: number[];
  isSignificant: boolean[];
}

export interface PageData {
  per: 'request' | 'second' | 'run';
  baseLabel: string;
  headLabel: string;
  frames: PageFrame[];
  changes: PageChange[];
  tree: PageTree;
  /** No function is known to differ. */
  isUnchanged: boolean;
}
