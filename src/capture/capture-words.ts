// The options of a capture as they are written on a command line, and what they mean.
import { UsageError } from '../errors.ts';
import { ASYNC_MODES, type CaptureOptions, SNAPSHOT_MODES } from './context.ts';
import { fitInterval, parseTime } from './times.ts';

export interface CaptureWords {
  duration: string;
  interval: string;
  maxPause: string;
  snapshot: string;
  async: string;
}

/** What is said where nothing is given. */
export const DEFAULT_WORDS: CaptureWords = {
  duration: '30s',
  interval: '1s',
  maxPause: '1s',
  snapshot: 'auto',
  async: 'burst',
};

export type ParsedWords = Pick<
  CaptureOptions,
  'durationMillis' | 'intervalMillis' | 'maxPauseMillis' | 'snapshot' | 'async'
>;

/** Throws UsageError for a word that means nothing. */
export function parseCaptureWords(words: CaptureWords): ParsedWords {
  const durationMillis = parseTime(words.duration, '--duration', 1_000);
  return {
    durationMillis,
    intervalMillis: fitInterval(durationMillis, parseTime(words.interval, '--interval', 100)),
    maxPauseMillis: parseTime(words.maxPause, '--max-pause', 1),
    snapshot: oneOf(SNAPSHOT_MODES, words.snapshot, '--snapshot'),
    async: oneOf(ASYNC_MODES, words.async, '--async'),
  };
}

function oneOf<T extends string>(modes: readonly T[], given: string, option: string): T {
  const mode = modes.find((known) => known === given);
  if (mode === undefined)
    throw new UsageError(`${option} cannot be "${given}".`, `Give ${modes.join(', ')}.`);
  return mode;
}
