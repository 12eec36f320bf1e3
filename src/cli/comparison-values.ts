// Parts and counts on the command line: "2%", "20".
import { UsageError } from '../errors.ts';

/** 0..1. Throws UsageError. */
export function parsePart(text: string, option: string): number {
  const part = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  const value = part ? Number(part[1]) / 100 : Number.NaN;
  if (!(value >= 0.0001 && value <= 0.5))
    throw new UsageError(`${option} ${text} is no part.`, 'Write it as 2%; from 0.01% to 50%.');
  return value;
}

/** Throws UsageError when it is no whole number of at least `least`. */
export function parseCount(text: string, option: string, least: number): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < least || count > 10_000)
    throw new UsageError(`${option} ${text} is no number.`, `Give a whole number from ${least} to 10,000.`);
  return count;
}
