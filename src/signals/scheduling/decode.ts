// How long threads ran and waited for a CPU, as it was counted.
import { offlineSignal } from '../offline-signal.ts';
import { type SchedulingSample, schedulingLine } from './wire.ts';

export const schedulingSignal = offlineSignal({ scheduling: schedulingLine }, (of) => ({
  scheduling: of('scheduling').map(({ type: _type, ...sample }): SchedulingSample => sample),
}));
