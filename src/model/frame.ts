// A place in code, as people name it, and how a raw V8 position becomes one.
import type { FrameOwner } from '../wire/report/names.ts';

export type { FrameOwner } from '../wire/report/names.ts';

/** A place in code after source maps. Lines and columns are 1-based; null is unknown. */
export interface Frame {
  /** "(anonymous)" when it has no name. */
  functionName: string;
  /** Relative to the target's working directory where inside it; "node:fs" for Node's own; null for native. */
  file: string | null;
  line: number | null;
  column: number | null;
  owner: FrameOwner;
  /** `name@version` for library frames. */
  package: string | null;
}

/** A place in code as V8 gives it. Line and column are 0-based; -1 is unknown. */
export interface RawFrame {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}
