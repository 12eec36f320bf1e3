// A line that reports an end, as a row of a table: who prints it, its form, what it means. To add one, add a row to the file
// of its source; its example is its test.
import type { EndEvent, ToldLabel } from '../../ends/ending.ts';

export interface Notice {
  /** Who prints it. */
  teller: string;
  pattern: RegExp;
  /** What a line that matches tells; null when it is about something else after all. */
  read(match: RegExpExecArray): Tells | null;
  example: string;
  /** The title of the crash where the example is all there is; "" where that is no crash. */
  answer: string;
}

/** Rows that no line matches without one of their words. */
export interface NoticeTable {
  words: RegExp;
  rows: readonly Notice[];
}

/** Absent is not told. */
export interface Tells {
  /** null: it failed, and the code is not told. */
  code?: number | null;
  signal?: string | null;
  /** A sentence that needs no further reading. */
  told?: { label: ToldLabel; statement: string };
  /** Native code failed: how. */
  native?: string;
  /** The kernel's OOM killer. */
  kernelOom?: { rssBytes: number | null; isLimit: boolean };
  /** Node did not start: the option. */
  badOption?: string;
  /** A top-level await did not settle: where. */
  unsettledAt?: string;
  /** The name of a container, service or app; its process id. */
  name?: string;
  pid?: number;
  /** As in EndEvent. */
  weight?: 'echo' | 'hint';
}

/** The events that a line tells, the reason before the exit. */
export function eventsOf(tells: Tells, teller: string, line: string): EndEvent[] {
  const { code, signal, told, native, kernelOom, badOption, unsettledAt, name = '', pid = 0 } = tells;
  const isNamed = name !== '' || pid !== 0;
  const shared = {
    lines: [line],
    ...(isNamed && { process: { name, pid } }),
    ...(tells.weight && { weight: tells.weight }),
  };
  const events: EndEvent[] = [];
  if (told) events.push({ ...shared, kind: 'told', ...told, teller });
  if (native !== undefined) events.push({ ...shared, kind: 'native', what: native, isCertain: true });
  if (kernelOom) events.push({ ...shared, kind: 'kernel-oom', ...kernelOom });
  if (badOption !== undefined) events.push({ ...shared, kind: 'bad-option', option: badOption });
  if (unsettledAt !== undefined) events.push({ ...shared, kind: 'unsettled-await', place: unsettledAt });
  if (code !== undefined || signal !== undefined)
    events.push({ ...shared, kind: 'exit', code: code ?? null, signal: signal ?? null, teller });
  return events;
}

/** "137", "-1073741819", "0xC0000005" as an exit code; what cannot be read is null. */
export function codeIn(word: string | undefined): number | null {
  if (word === undefined || word === '') return null;
  const code = Number(word);
  if (!Number.isInteger(code) || Math.abs(code) > 0xffff_ffff) return null;
  // Windows has codes of 32 bits, which some print with a sign.
  return code < 0 ? code + 2 ** 32 : code;
}

/** An exit code as tools print it: "1", "137", "3221225477", "-1073741819", "0xC0000005". */
export const CODE = String.raw`(-?\d{1,10}|0x[0-9a-fA-F]{1,8})`;

/** In the MB, MiB, M, kB or bytes that a platform prints. */
export function bytesIn(amount: string, unit: string): number {
  const power = { b: 0, k: 1, m: 2, g: 3 }[unit.slice(0, 1).toLowerCase()] ?? 0;
  return Number(amount) * 1024 ** power;
}
