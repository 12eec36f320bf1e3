// Runbooks and the flight recorder of a configuration.
import { UsageError } from '../../errors.ts';
import { DAY_MILLIS } from '../../units/duration.ts';
import type { RunbookWords, WatchConfigWords } from '../../wire/watch/config.ts';
import { readExec } from './read-rules.ts';
import { quotaOf, shareOf, within } from './values.ts';
import type { FlightConfig, Runbook } from './watch-config.ts';

const HOUR_MILLIS = 3_600_000;

/** Throws UsageError. */
export function readRunbooks(words: readonly RunbookWords[]): Runbook[] {
  const names = words.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new UsageError(`Two runbooks are named "${twice}".`, 'Give each a name of its own.');
  return words.map(readRunbook);
}

function readRunbook({ name, finding, run, undo, verify, limits }: RunbookWords): Runbook {
  return {
    name,
    finding,
    run: readExec(run, `runbook ${name}`),
    undo: undo ? readExec(undo, `runbook ${name}`) : null,
    verifyMillis: within(verify, 0, { name: `runbook ${name}: verify`, least: 10_000, most: DAY_MILLIS }),
    limits: {
      count: limits?.count ?? 1,
      windowMillis: within(limits?.window, HOUR_MILLIS, {
        name: `runbook ${name}: limits.window`,
        least: 60_000,
        most: 30 * DAY_MILLIS,
      }),
      durationMillis: null,
    },
  };
}

const FLIGHT = { busyShare: 0.7, windowMillis: 20_000, keep: 6, quotaBytes: 100 * 2 ** 20 };

/** Throws UsageError. */
export function readFlight(words: NonNullable<WatchConfigWords['flight']>): FlightConfig {
  return {
    busyShare: shareOf(words.busy, FLIGHT.busyShare, 'flight.busy'),
    windowMillis: within(words.window, FLIGHT.windowMillis, {
      name: 'flight.window',
      least: 3_000,
      most: 60_000,
    }),
    keep: words.keep ?? FLIGHT.keep,
    quotaBytes: quotaOf(words.quota, FLIGHT.quotaBytes, 'flight.quota'),
  };
}
