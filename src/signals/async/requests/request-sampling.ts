// How many requests are sampled, and how much is kept of each.

export const SAMPLES_PER_SECOND = 40;
export const SAMPLES_PER_BURST = 10;

/** At most 200 characters; "" for what is no text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : '';
}
