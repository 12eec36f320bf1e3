// What is known of each target at this moment: its readings, the values that rules judge, its findings, its turn for a look.
import type { Diagnosis } from './actions/diagnose.ts';
import type { Slot } from './follow/slots.ts';
import { RESTART_WINDOW_MILLIS } from './follow/slots.ts';
import { keepReading, metricsOf } from './passive/metrics-of.ts';
import type { Reading } from './passive/reading.ts';
import type { KnownFinding } from './rules/known-findings.ts';
import { worstOf } from './rules/known-findings.ts';
import type { LightTurn } from './rules/light-schedule.ts';
import type { Metrics } from './rules/metric-kinds.ts';

export interface Target {
  readonly slot: Slot;
  /** Of the process in it, the last some minutes. */
  readings: Reading[];
  metrics: Metrics;
  findings: KnownFinding[];
  turn: LightTurn;
  /** The last one that kept evidence. */
  diagnosis: (Diagnosis & { atMillis: number; pid: number }) | null;
}

export const newTarget = (slot: Slot, findings: KnownFinding[], atMillis: number): Target => ({
  slot,
  readings: [],
  metrics: {},
  findings,
  turn: { lastMillis: atMillis, quietLooks: 0 },
  diagnosis: null,
});

/** With one more reading; without one, the process is gone and what is left are the facts about the service. */
export function measure(target: Target, reading: Reading | undefined, atMillis: number): void {
  target.readings = reading ? keepReading(target.readings, reading) : [];
  target.metrics = { ...metricsOf(target.readings), ...ofService(target, atMillis) };
}

function ofService({ slot, findings }: Target, atMillis: number): Metrics {
  return {
    restarts: slot.restarts.filter((at) => at > atMillis - RESTART_WINDOW_MILLIS).length,
    // Of all processes, those that end are no service.
    ...(slot.word !== null && { gone: slot.process ? 0 : atMillis - slot.sinceMillis }),
    finding: worstOf(findings),
  };
}
