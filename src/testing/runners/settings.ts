// The options of a check, with their defaults, validated once at the start.
import { UsageError } from '../../errors.ts';
import type { LeakOptions } from '../contract.ts';

export interface Settings {
  rounds: number;
  warmup: number;
  leastHeapBytes: number;
  leastEntries: number;
  ignore: { match: string | RegExp; reason: string }[];
  settleMillis: number;
  confirmMillis: number;
  roundMillis: number;
  signal: AbortSignal | undefined;
}

export function settingsFrom(options: LeakOptions): Settings {
  for (const { reason } of options.ignore ?? [])
    if (typeof reason !== 'string' || reason.trim() === '')
      throw new UsageError('Each entry of `ignore` needs a reason: say why this growth is accepted.');
  return {
    rounds: wholeNumber('rounds', options.rounds ?? 5, 3),
    warmup: wholeNumber('warmup', options.warmup ?? 2, 0),
    leastHeapBytes: wholeNumber('tolerance.heapBytes', options.tolerance?.heapBytes ?? 1_024, 0),
    leastEntries: wholeNumber('tolerance.entries', options.tolerance?.entries ?? 0, 0),
    ignore: options.ignore ?? [],
    settleMillis: wholeNumber('settleMillis', options.settleMillis ?? 300, 0),
    confirmMillis: wholeNumber('confirmMillis', options.confirmMillis ?? 1_000, 0),
    roundMillis: wholeNumber('roundMillis', options.roundMillis ?? 20_000, 1),
    signal: options.signal,
  };
}

function wholeNumber(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new UsageError(`\`${name}\` must be a whole number of at least ${least}, not ${String(value)}.`);
}
