// Times on the command line: "30s", "2m", "500ms"; a plain number is seconds.
import { UsageError } from '../errors.ts';

const UNITS: Record<string, number> = { ms: 1, s: 1_000, '': 1_000, m: 60_000, min: 60_000, h: 3_600_000 };

/** Milliseconds. Throws UsageError when it is not a duration, or outside of `least` and a day. */
export function parseTime(text: string, option: string, leastMillis: number): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = match ? UNITS[match[2]!.toLowerCase()] : undefined;
  if (!match || unit === undefined)
    throw new UsageError(`${option} ${text} is not a duration.`, 'Write it as 30s, 2m or 500ms.');
  const millis = Number(match[1]) * unit;
  if (millis < leastMillis || millis > 86_400_000) {
    throw new UsageError(`${option} ${text} is out of range.`, `It can be from ${leastMillis} ms to 24 h.`);
  }
  return millis;
}

const LEAST_SAMPLES = 8;

/** The interval asked for, or a shorter one where fewer than 8 samples would fit into the duration. */
export function fitInterval(durationMillis: number, intervalMillis: number): number {
  return Math.max(100, Math.min(intervalMillis, Math.floor(durationMillis / LEAST_SAMPLES)));
}
