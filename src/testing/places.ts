// From raw stacks to source lines: the code that a runner passed to V8 in place of a file carries its source map with it.
import { readFileSync } from 'node:fs';
import { type Blame, blame } from '../analysis/cpu/blame/blame.ts';
import { createFrameResolver, type FrameResolver, type RawSources } from '../model/decode/frame-resolver.ts';
import { decodeStack } from '../model/decode/stack.ts';
import type { Frame } from '../model/frame.ts';
import { type ScriptPosition, scriptPath } from '../recording/sources/script-position.ts';
import { collectSources } from '../recording/sources/sources.ts';
import { ownerOfScript } from './measure/noise.ts';
import type { OwnInspector, RawStack } from './measure/own-inspector.ts';

export interface Places {
  sources: RawSources;
  resolver: FrameResolver;
  /** Without what the runner and this check have in it; innermost first. */
  framesOf(stack: RawStack): Frame[];
  blameOf(stack: RawStack, lines?: 'of functions' | 'of calls'): Blame;
}

export function locate(inspector: OwnInspector, stacks: readonly RawStack[], cwd: string): Places {
  const positions = stacks.flatMap((stack) => stack.flatMap((frame) => positionOf(frame) ?? []));
  const paths = new Set(positions.map(({ url }) => scriptPath(url)));
  const sources = collectSources(positions, textReader(inspector, paths));
  const resolver = createFrameResolver(sources, cwd);
  const framesOf = (stack: RawStack) =>
    decodeStack(stack.filter(isToldOf), resolver, '').filter(({ owner }) => owner !== 'native');
  return {
    sources,
    resolver,
    framesOf,
    blameOf: (stack, lines = 'of calls') => blame(framesOf(stack), lines),
  };
}

function isToldOf(frame: RawStack[number]): boolean {
  const owner = ownerOfScript(String(frame[1] ?? ''));
  return owner === 'program' || owner === 'node';
}

function positionOf([, url, line, column]: RawStack[number]): ScriptPosition | null {
  if (typeof url !== 'string' || ownerOfScript(url) !== 'program') return null;
  return Number.isInteger(line) && (line as number) >= 0
    ? { url, line: line as number, column: Number(column) }
    : null;
}

/** What V8 runs under a path comes before what the file says: runners compile on the way. */
function textReader(
  inspector: OwnInspector,
  paths: ReadonlySet<string | null>,
): (path: string) => string | undefined {
  const running = new Map<string, string>();
  try {
    for (const [url, text] of inspector.scriptTexts((url) => paths.has(scriptPath(url)))) {
      const path = scriptPath(url);
      if (path && /sourceMappingURL=data:/.test(text)) running.set(path, text);
    }
  } catch {}
  return (path) => {
    const text = running.get(path);
    // Once: the same path may be its own source, and then the file is meant.
    if (text !== undefined) running.delete(path);
    if (text !== undefined) return text;
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  };
}
