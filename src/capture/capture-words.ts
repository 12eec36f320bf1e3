// The options of a capture as they are written on a command line, and what they mean.
import { DEFAULTS } from '../defaults.ts';
import { UsageError } from '../errors.ts';
import { DAY_MILLIS, parseDuration, writeDuration } from '../units/duration.ts';
import { ASYNC_MODES, type CaptureOptions, CPU_MODES, SNAPSHOT_MODES } from './context.ts';

export interface CaptureWords {
  duration: string;
  interval: string;
  maxPause: string;
  snapshot: string;
  async: string;
  cpu: string;
  /** Percent. */
  budget: string;
}

/** What is said where nothing is given. */
export const DEFAULT_WORDS: CaptureWords = {
  duration: writeDuration(DEFAULTS.capture.durationMillis),
  interval: writeDuration(DEFAULTS.capture.intervalMillis),
  maxPause: writeDuration(DEFAULTS.capture.maxPauseMillis),
  snapshot: DEFAULTS.capture.snapshot,
  async: DEFAULTS.capture.async,
  cpu: DEFAULTS.capture.cpu,
  budget: String(DEFAULTS.capture.budgetShare * 100),
};

export type ParsedWords = Pick<
  CaptureOptions,
  'durationMillis' | 'intervalMillis' | 'maxPauseMillis' | 'budgetShare' | 'snapshot' | 'async' | 'cpu'
>;

/** Throws UsageError for a word that means nothing. */
export function parseCaptureWords(words: CaptureWords): ParsedWords {
  const durationMillis = parseTime(words.duration, '--duration', 1_000);
  return {
    durationMillis,
    intervalMillis: fitInterval(durationMillis, parseTime(words.interval, '--interval', 100)),
    maxPauseMillis: parsePause(words.maxPause),
    snapshot: oneOf(SNAPSHOT_MODES, words.snapshot, '--snapshot'),
    async: oneOf(ASYNC_MODES, words.async, '--async'),
    cpu: oneOf(CPU_MODES, words.cpu, '--cpu'),
    budgetShare: parseShare(words.budget, '--budget'),
  };
}

function parseShare(text: string, option: string): number {
  const percent = Number(text.replace(/%$/, ''));
  if (text.trim() === '' || !(percent > 0 && percent <= 100))
    throw new UsageError(
      `${option} ${text} is not a percentage.`,
      'Write a number above 0, at most 100: 2.5',
    );
  return percent / 100;
}

function oneOf<T extends string>(modes: readonly T[], given: string, option: string): T {
  const mode = modes.find((known) => known === given);
  if (mode === undefined)
    throw new UsageError(`${option} cannot be "${given}".`, `Give ${modes.join(', ')}.`);
  return mode;
}

/** Milliseconds; a plain number is seconds. Throws UsageError when it is not a duration, or outside of `least` and a day. */
export function parseTime(text: string, option: string, leastMillis: number): number {
  const millis = parseDuration(text);
  if (millis === undefined)
    throw new UsageError(`${option} ${text} is not a duration.`, 'Write it as 30s, 2m or 500ms.');
  if (millis < leastMillis || millis > DAY_MILLIS)
    throw new UsageError(`${option} ${text} is out of range.`, `It can be from ${leastMillis} ms to 24 h.`);
  return millis;
}

/** A plain number would be seconds, and whoever writes one means milliseconds: the process would be stopped for a thousand times as long. */
function parsePause(text: string): number {
  if (/^\s*\d+(?:\.\d+)?\s*$/.test(text))
    throw new UsageError(
      `--max-pause ${text.trim()} has no unit.`,
      `Write ${text.trim()}ms, or ${text.trim()}s if the process may stop for that long.`,
    );
  return parseTime(text, '--max-pause', 1);
}

const LEAST_SAMPLES = 8;

/** The interval asked for, or a shorter one where fewer than 8 samples would fit into the duration. */
function fitInterval(durationMillis: number, intervalMillis: number): number {
  return Math.max(100, Math.min(intervalMillis, Math.floor(durationMillis / LEAST_SAMPLES)));
}
