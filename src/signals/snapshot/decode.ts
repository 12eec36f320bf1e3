// Lines about snapshots are read by heap/explain-recorded-heap.ts, together with the files they name.
import { offlineSignal } from '../offline-signal.ts';
import { snapshotLine } from './wire.ts';

export const snapshotSignal = offlineSignal({ snapshot: snapshotLine }, () => ({}));
