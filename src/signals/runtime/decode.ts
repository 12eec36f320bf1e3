// Counters of a thread, how long we held it ourselves, and where it was held when it gave its event loop no turn.
import { decodeStack } from '../../model/decode/stack.ts';
import type { RuntimeSample, StuckStack } from '../../model/samples.ts';
import { offlineSignal } from '../offline-signal.ts';
import { runtimeLine } from './wire.ts';

export const runtimeSignal = offlineSignal({ runtime: runtimeLine }, (of, { resolver, ownUrl }) => ({
  runtime: of('runtime').map(
    ({ ownPauses, ...sample }): RuntimeSample => ({
      ...sample,
      ...(ownPauses && {
        ownPauseMillis: ownPauses.reduce((sum, [from, to]) => sum + (to - from) / 1_000, 0),
      }),
    }),
  ),
  stuck: of('runtime').flatMap(({ thread, atMillis, stuckFrames }): StuckStack[] =>
    stuckFrames ? [{ thread, atMillis, frames: decodeStack(stuckFrames, resolver, ownUrl) }] : [],
  ),
}));
