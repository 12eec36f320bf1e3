// Turns of load, as they were noted.
import { offlineSignal } from '../offline-signal.ts';
import { turnLine } from './wire.ts';

export const turnSignal = offlineSignal({ turn: turnLine }, (of) => ({ turns: of('turn') }));
