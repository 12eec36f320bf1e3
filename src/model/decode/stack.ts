// From a stack as V8 gave it to frames as people name them.
import type { WireFrame } from '../../wire/parts.ts';
import type { Frame } from '../frame.ts';
import { checkCallFrame } from './cpu-profile.ts';
import type { FrameResolver } from './frame-resolver.ts';

/** Where a function begins, as the probe tells it. */
export function decodePlace(
  { name, url, line, column }: { name: string; url: string; line: number; column: number },
  resolver: FrameResolver,
): Frame {
  return resolver.frame(checkCallFrame({ functionName: name, url, lineNumber: line, columnNumber: column }));
}

/** [functionName, url, line, column] -> frames; our own are dropped, and those of async_hooks that called our hook. */
export function decodeStack(frames: readonly WireFrame[], resolver: FrameResolver, ownUrl: string): Frame[] {
  const decoded: Frame[] = [];
  for (const [functionName, url, lineNumber, columnNumber] of frames) {
    if (url === ownUrl) continue;
    if (decoded.length === 0 && String(url).startsWith('node:internal/async_hooks')) continue;
    decoded.push(resolver.frame(checkCallFrame({ functionName, url, lineNumber, columnNumber })));
  }
  return decoded;
}
