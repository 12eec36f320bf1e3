// Numbers of a differential flame graph in words, in the page and in what surrounds it.

export interface DiffWords {
  /** "12.3 µs", "4.56 ms"; "unknown" for null. */
  micros(value: number | null): string;
  /** "+12.3 µs", "−4.56 ms", "0 µs". */
  signedMicros(value: number | null): string;
  bytes(value: number | null): string;
  signedBytes(value: number | null): string;
  /** Of a part: "+5.2 %". */
  signedPercent(part: number | null): string;
  /** "+1 µs to +3 µs"; "unknown" where an end is. */
  interval(low: number | null, high: number | null, say: (value: number | null) => string): string;
  difference(base: number | null, head: number | null): number | null;
}

export function createDiffWords(): DiffWords {
  /** Of a size, not below 0: three digits that count, no exponents. */
  function digits(size: number): string {
    if (size >= 100) return Math.round(size).toLocaleString('en-US');
    return String(Number(Number(size.toPrecision(3)).toFixed(3)));
  }

  function scaled(value: number, units: readonly (readonly [number, string])[]): string {
    const size = Math.abs(value);
    const [factor, unit] = units.find(([least]) => size >= least) ?? units.at(-1)!;
    return `${digits(size / factor)} ${unit}`;
  }

  function signed(text: string, value: number): string {
    if (/^0 /.test(text)) return text;
    return value < 0 ? `\u2212${text}` : `+${text}`;
  }

  const inTime = (value: number) =>
    scaled(value, [
      [1e6, 's'],
      [1e3, 'ms'],
      [1, '\u00b5s'],
    ]);
  const inBytes = (value: number) =>
    scaled(value, [
      [2 ** 20, 'MB'],
      [2 ** 10, 'KB'],
      [1, 'bytes'],
    ]);
  const orUnknown =
    (say: (value: number) => string) =>
    (value: number | null): string =>
      value === null ? 'unknown' : say(value);

  return {
    micros: orUnknown(inTime),
    signedMicros: orUnknown((value) => signed(inTime(value), value)),
    bytes: orUnknown(inBytes),
    signedBytes: orUnknown((value) => signed(inBytes(value), value)),
    signedPercent: orUnknown((part) => signed(`${digits(Math.abs(part) * 100)} %`, part)),
    interval: (low, high, say) => (low === null || high === null ? 'unknown' : `${say(low)} to ${say(high)}`),
    difference: (base, head) => (base === null || head === null ? null : head - base),
  };
}
