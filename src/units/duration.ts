// Durations as people write them on a command line, in configurations and in the output of load tools: "30s", "2m".

/** Milliseconds of one unit. */
export const MILLIS_PER = {
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
} as const;

export type DurationUnit = keyof typeof MILLIS_PER;
export const DAY_MILLIS = 24 * 3_600_000;

/** Milliseconds; without a unit it is seconds. Undefined for what is no duration, and for a unit that is not in `units`. */
export function parseDuration(
  text: string,
  units: readonly DurationUnit[] = ['ms', 's', 'm', 'min', 'h'],
): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-zµ]*)$/i.exec(text.trim());
  if (!match) return undefined;
  const written = match[2]!.toLowerCase() || 's';
  const unit = units.find((each) => each === written);
  return unit && Number(match[1]) * MILLIS_PER[unit];
}

/** A step may take half as long again as it was estimated to. */
const PAUSE_MARGIN = 1.5;
const PAUSE_STEP_MILLIS = 100;

/** The value of --max-pause that has room for a step of this estimate: "400ms", "7s". */
export function pauseFor(estimateMillis: number): string {
  const step = estimateMillis * PAUSE_MARGIN > MILLIS_PER.s ? MILLIS_PER.s : PAUSE_STEP_MILLIS;
  return writeDuration(Math.ceil((estimateMillis * PAUSE_MARGIN) / step) * step);
}

/** The shortest text that `parseDuration` reads back: "30s", "5m", "1500ms". */
export function writeDuration(millis: number): string {
  const units = ['h', 'm', 's'] as const;
  const unit = units.find((each) => millis >= MILLIS_PER[each] && millis % MILLIS_PER[each] === 0) ?? 'ms';
  return `${millis / MILLIS_PER[unit]}${unit}`;
}
