// Numbers as people read them: sizes, rates, durations, shares. An unknown number prints as "unknown".

/** In steps of 1024. */
export const BYTE_UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'];
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** "1,240", "12.1", "3.1", "0.35": never more digits than a reader uses. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential(1);
  if (size >= 100 || Number.isInteger(value)) return withThousands(Math.round(value));
  if (size >= 1) return String(Math.round(value * 10) / 10);
  return String(Number(value.toPrecision(2)));
}

/** Of an integer. By hand, because the first call of `toLocaleString` loads the data of all languages: 12 ms of each start. */
function withThousands(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Bytes in steps of 1024, as operators write memory limits: "256 MB", "1.2 MB", "900 bytes". */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'unknown';
  let amount = bytes;
  let step = 0;
  // 1023.6 would round to "1,024 KB": move on as soon as rounding would reach the next unit.
  while (Math.abs(amount) >= 1023.5 && step < BYTE_UNITS.length - 1) {
    amount /= 1024;
    step += 1;
  }
  const unit = step === 0 && Math.round(amount) === 1 ? 'byte' : BYTE_UNITS[step];
  return `${formatNumber(step === 0 ? Math.round(amount) : amount)} ${unit}`;
}

/** Of two times in milliseconds, the first a part of the second: "13 of 30 s". */
export function secondsOf(partMillis: number, wholeMillis: number): string {
  return `${formatNumber(Math.round(partMillis / 1_000))} of ${formatNumber(Math.round(wholeMillis / 1_000))} s`;
}

/** A duration in milliseconds: "0.35 ms", "420 ms", "30 s", "7 min", "1 h 25 min", "3 d 4 h". */
export function formatDuration(millis: number): string {
  if (!Number.isFinite(millis)) return 'unknown';
  if (Math.abs(millis) < 999.5) return `${formatNumber(millis)} ms`;
  const seconds = millis / 1000;
  if (seconds < 10) return `${formatNumber(seconds)} s`;
  if (Math.round(seconds) < 2 * MINUTE) return `${Math.round(seconds)} s`;
  if (Math.round(seconds / MINUTE) < 2 * MINUTE) return `${Math.round(seconds / MINUTE)} min`;
  if (seconds < 2 * DAY) return twoParts(Math.round(seconds / MINUTE), 60, ['h', 'min']);
  return twoParts(Math.round(seconds / HOUR), 24, ['d', 'h']);
}

function twoParts(total: number, base: number, units: [string, string]): string {
  const rest = total % base;
  const whole = `${formatNumber(Math.floor(total / base))} ${units[0]}`;
  return rest === 0 ? whole : `${whole} ${rest} ${units[1]}`;
}

/** Time until a limit is met, in seconds: "in about 7 min", "now", "in more than a year". */
export function formatTimeLeft(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'at an unknown time';
  if (seconds < 1) return 'now';
  return seconds > YEAR ? 'in more than a year' : `in about ${formatDuration(seconds * 1000)}`;
}

/** A part of one: 0.81 is "81%", 0.004 is "0.4%". */
export function formatShare(share: number): string {
  return Number.isFinite(share)
    ? `${formatNumber(Math.abs(share) >= 0.1 ? Math.round(share * 100) : share * 100)}%`
    : 'unknown';
}

/** A value with the unit a finding gives it; an unknown unit is printed after the number as it is. */
export function formatQuantity(value: number, unit?: string): string {
  if (!Number.isFinite(value)) return 'unknown';
  switch (unit) {
    case 'share':
      return formatShare(value);
    case 'ms':
      return formatDuration(value);
    case 'bytes':
      return formatBytes(value);
    case 'bytes/s':
      return `${formatBytes(value)}/s`;
    case 'per second':
      return `${formatNumber(value)}/s`;
    case 'count':
    case undefined:
      return formatNumber(value);
    default:
      return `${formatNumber(value)} ${unit}`;
  }
}

/** "1 cause", "2 causes": the plural adds an s. */
export function formatCount(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}
