// The form in which every reader here returns a CPU profile: V8's own, which model/decode checks and decodes.
import type { RawFrame } from '../../model/frame.ts';
import type { CapturedFileKind } from '../../signals/sink.ts';

/** One profile of a file; a file may have one for each thread. */
export interface ForeignProfile {
  kind: CapturedFileKind;
  threadName: string;
  /** As V8 writes it, still unchecked. */
  content: object;
}

export interface RawProfile {
  nodes: { id: number; callFrame: RawFrame; children: number[]; hitCount: number }[];
  samples: number[];
  timeDeltas: number[];
  startTime: number;
  endTime: number;
}

export interface RawProfileBuilder {
  /** The id of the root. */
  root: number;
  /** The node of this frame under `parent`; the same for the same. */
  node(parent: number, frame: RawFrame): number;
  /** A sample in this node. They need not come in order. */
  sample(node: number, atMicros: number): void;
  /** `endMicros`: when the last sample ended, where that is known. */
  finish(endMicros?: number): RawProfile;
}

/** A frame of the machine: V8 writes them without a script. */
export function stateFrame(functionName: string): RawFrame {
  return { functionName, url: '', lineNumber: -1, columnNumber: -1 };
}

export function createRawProfile(): RawProfileBuilder {
  const nodes: RawProfile['nodes'] = [{ id: 1, callFrame: stateFrame('(root)'), children: [], hitCount: 0 }];
  const known = new Map<string, number>();
  const samples: { node: number; at: number }[] = [];
  return {
    root: 1,
    node(parent, frame) {
      const key = `${parent}|${frame.lineNumber}:${frame.columnNumber}|${frame.url}|${frame.functionName}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const id = nodes.length + 1;
      nodes.push({ id, callFrame: frame, children: [], hitCount: 0 });
      nodes[parent - 1]!.children.push(id);
      known.set(key, id);
      return id;
    },
    sample(node, atMicros) {
      if (!Number.isFinite(atMicros) || atMicros < 0) return;
      samples.push({ node, at: atMicros });
      nodes[node - 1]!.hitCount++;
    },
    finish(endMicros) {
      samples.sort((a, b) => a.at - b.at);
      const startTime = samples[0]?.at ?? 0;
      const last = samples.at(-1)?.at ?? 0;
      return {
        nodes,
        samples: samples.map(({ node }) => node),
        timeDeltas: samples.map(({ at }, i) => (i === 0 ? 0 : at - samples[i - 1]!.at)),
        startTime,
        endTime: Math.max(last, endMicros ?? last),
      };
    },
  };
}
