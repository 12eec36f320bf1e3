// What was learned about the targets, kept over restarts of the watch: read when it begins, written now and then.
import type { WatchConfig, WatchRule } from './config/watch-config.ts';
import { createBands, type Deviation } from './rules/bands.ts';
import type { Metrics } from './rules/metric-kinds.ts';
import { readBands, writeBands } from './store/bands-file.ts';
import type { WatchClock } from './store/clock.ts';

export interface LearnedBands {
  see(target: string, metrics: Metrics): void;
  judge(rule: WatchRule, target: string, metrics: Metrics): Deviation | undefined;
  forget(target: string): void;
  saveWhenDue(): void;
  save(): void;
}

const SAVE_MILLIS = 900_000;

/** The folder is claimed. Without a rule that needs it nothing is read or written. */
export function openBands({
  rules,
  folder,
  clock,
  onTrouble,
}: Pick<WatchConfig, 'rules' | 'folder'> & {
  clock: WatchClock;
  onTrouble: (words: string) => void;
}): LearnedBands {
  const isLearning = rules.some(({ band }) => band);
  const { bands: saved, setAside } = isLearning ? readBands(folder) : { bands: [], setAside: null };
  if (setAside !== null) onTrouble(`bands are learned again from scratch: ${setAside}`);
  const bands = createBands(rules, saved);
  let savedMillis = clock.monotonic();

  function save(): void {
    if (!isLearning) return;
    savedMillis = clock.monotonic();
    try {
      writeBands(folder, bands.save());
    } catch (error) {
      onTrouble(`bands cannot be written: ${(error as Error).message}`);
    }
  }

  return {
    see: (target, metrics) => bands.see(target, metrics, clock.wall()),
    judge: (rule, target, metrics) => bands.judge(rule, target, { metrics, wallMillis: clock.wall() }),
    forget: (target) => bands.forget(target),
    saveWhenDue() {
      if (clock.monotonic() - savedMillis >= SAVE_MILLIS) save();
    },
    save,
  };
}
