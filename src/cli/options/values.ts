// Shares and counts on the command line: "2%", "20"; and options that may be given several times.
import { UsageError } from '../../errors.ts';

/** 0..1. Throws UsageError. */
export function parseShare(text: string, option: string): number {
  const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  const value = share ? Number(share[1]) / 100 : Number.NaN;
  if (!share) throw new UsageError(`${option} ${text} is not a percentage.`, SHARE_HINT);
  if (value < 0.0001 || value > 0.5) throw new UsageError(`${option} ${text} is out of range.`, SHARE_HINT);
  return value;
}

const SHARE_HINT = 'Write it as 2%; from 0.01% to 50%.';

/** Throws UsageError when it is not a whole number from `least` to 10,000. */
export function parseCount(text: string, option: string, least: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= least && count <= 10_000) return count;
  const problem = Number.isInteger(count) ? 'is out of range' : 'is not a whole number';
  throw new UsageError(`${option} ${text} ${problem}.`, `Give a whole number from ${least} to 10,000.`);
}

/** For an option that may be given several times; a variable of the environment has a value in each line. */
export const repeated = (value: string, before: string[] = []): string[] => [...before, value];

/** Whose completions there are. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];
