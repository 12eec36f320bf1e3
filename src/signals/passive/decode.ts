// What was seen from outside, without culprit's own footprint in the process.
import { offlineSignal } from '../offline-signal.ts';
import { type PassiveSample, passiveLine } from './wire.ts';

export const passiveSignal = offlineSignal({ passive: passiveLine }, (of, { ownFds }) => ({
  passive: of('passive').map(
    (sample): PassiveSample => ({ ...sample, fdCount: sample.fdCount && sample.fdCount - ownFds }),
  ),
}));
