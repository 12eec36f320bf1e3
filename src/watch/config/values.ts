// Times, sizes and addresses of a configuration: from words to numbers, or a refusal that names the place.
import { UsageError } from '../../errors.ts';
import { parseDuration } from '../../units/duration.ts';

export interface Range {
  name: string;
  least: number;
  most: number;
}

/** Milliseconds. Throws UsageError. */
export function within(text: string | undefined, otherwise: number, { name, least, most }: Range): number {
  if (text === undefined) return otherwise;
  const millis = parseDuration(text) ?? 0;
  if (millis < least || millis > most)
    throw new UsageError(
      `${name} ${text} is out of range.`,
      `It can be from ${least / 1_000} s to ${most / 1_000} s.`,
    );
  return millis;
}

const SIZES = { KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 } as const;
const LEAST_QUOTA = 10 * SIZES.MB;

/** Bytes. Throws UsageError. */
export function quotaOf(text: string | undefined, otherwise: number, name: string): number {
  if (text === undefined) return otherwise;
  const [, number, unit] = /^(\S+?)\s*(KB|MB|GB)$/.exec(text) ?? [];
  const bytes = Number(number) * SIZES[unit as keyof typeof SIZES];
  if (bytes < LEAST_QUOTA)
    throw new UsageError(
      `${name} ${text} is too small.`,
      'One piece of evidence takes some megabytes: give 10MB or more.',
    );
  return bytes;
}

/** "70%" as 0.7; 1 at most. Throws UsageError. */
export function shareOf(text: string | undefined, otherwise: number, name: string): number {
  if (text === undefined) return otherwise;
  const share = Number.parseFloat(text) / 100;
  if (share > 0 && share <= 1) return share;
  throw new UsageError(`${name} ${text} is not a valid percentage.`, 'Give more than 0% and at most 100%.');
}

/** Throws UsageError. */
export function urlOf(text: string, { name, example }: { name: string; example: string }): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new UsageError(`${name} is not an http or https URL.`, `For example ${example}.`);
  if (url.username !== '' || url.password !== '')
    throw new UsageError(`${name} holds a password.`, 'Put a token into a file, and name it as tokenFile.');
  return url;
}
