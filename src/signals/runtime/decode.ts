// Counters of a thread, how long culprit held it, and where it was held when its event loop did not turn.
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
      ...(ownPauses && sample.clockMicros !== undefined && { ownPauseSpans: inCapture(ownPauses, sample) }),
    }),
  ),
  stuck: of('runtime').flatMap(({ thread, atMillis, stuckFrames }): StuckStack[] =>
    stuckFrames ? [{ thread, atMillis, frames: decodeStack(stuckFrames, resolver, ownUrl) }] : [],
  ),
}));

/** From V8's clock to the time since the capture began, which a sample has both of. */
function inCapture(
  pauses: readonly (readonly [number, number])[],
  { atMillis, clockMicros = 0 }: { atMillis: number; clockMicros?: number },
): { atMillis: number; millis: number }[] {
  return pauses.map(([from, to]) => ({
    atMillis: Math.max(0, atMillis + (from - clockMicros) / 1_000),
    millis: Math.max(0, (to - from) / 1_000),
  }));
}
