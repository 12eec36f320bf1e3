// One running check: what it watches with, and how many rounds it has run.
import type { OpeningWatch } from './measure/open-files.ts';
import type { OwnInspector } from './measure/own-inspector.ts';
import type { createReadings } from './measure/readings.ts';
import type { Settings } from './runners/settings.ts';

/** What one check has at hand; `batches` are the sizes of the further rounds that were run. */
export interface Check {
  settings: Settings;
  inspector: OwnInspector;
  signals: ReturnType<typeof createReadings>;
  openings: OpeningWatch | null;
  run(): Promise<void>;
  batches: number[];
  warnings: string[];
  bodyMillis: number;
}

/** Rounds that each have a number of their own: those measured, and the first batch of further ones. */
export function numberedRounds({ settings, batches }: Check): number {
  return settings.rounds + (batches[0] ?? 0);
}

export function confirmingRounds({ batches }: Check): number {
  return batches.reduce((sum, rounds) => sum + rounds, 0);
}
