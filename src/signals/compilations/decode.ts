// The places that made V8 compile code.

import { decodeStack } from '../../model/decode/stack.ts';
import type { CompileSite } from '../../model/memory/census.ts';
import { type DecodeContext, offlineSignal } from '../offline-signal.ts';
import { type CompilationsLine, compilationsLine } from './wire.ts';

export const compilationsSignal = offlineSignal({ compilations: compilationsLine }, (of, context) => ({
  compileSites: decodeCompilations(of('compilations'), context),
}));

function decodeCompilations(watches: CompilationsLine[], { resolver, ownUrl }: DecodeContext): CompileSite[] {
  return watches.flatMap(({ thread, millis, sites }) =>
    sites.map(({ frames, count }) => ({
      thread,
      frames: decodeStack(frames, resolver, ownUrl),
      scripts: count,
      watchedMillis: millis,
    })),
  );
}
