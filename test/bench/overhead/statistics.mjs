// The median and its interval: what the table prints of ratios.

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const RESAMPLES = 10_000;

/** 95 % percentile bootstrap of the median. Of fewer than six numbers it is little more than their range. */
export function interval(numbers) {
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(numbers.map(() => numbers[Math.floor(Math.random() * numbers.length)])),
  ).sort((a, b) => a - b);
  return [medians[Math.floor(RESAMPLES * 0.025)], medians[Math.floor(RESAMPLES * 0.975)]];
}

/** `numbers` must be sorted. */
export function percentile(numbers, share) {
  return numbers[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
}
