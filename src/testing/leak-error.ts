// A leak as the error with which a test fails: the finding in one paragraph, then its stack and what was seen but not
// reported.
import type { LeakFinding, LeakResult } from './contract.ts';

/** What expectNoLeak and the file checks throw. `findings` and `result` are the same as data. */
export class LeakError extends Error {
  override readonly name = 'LeakError';
  readonly code = 'ERR_ASSERTION';
  declare readonly findings: LeakFinding[];
  declare readonly result: LeakResult | undefined;
  constructor(message: string, findings: LeakFinding[], result?: LeakResult) {
    super(message);
    // The message says it all: runners that print an error's properties would say it again.
    Object.defineProperties(this, {
      findings: { value: findings, enumerable: false },
      result: { value: result, enumerable: false },
    });
  }
}

export function leakErrorOf(result: LeakResult): LeakError {
  const [first, ...others] = result.findings;
  const more = result.confirmingRounds > 0 ? `, and in ${result.confirmingRounds} more` : '';
  const lines = [
    `Leak: ${first!.title}. It grew in each of ${result.rounds} rounds${more}: ${first!.counts.join(', ')}. ${first!.advice}`,
    ...stackLines(first!),
    ...others.map(({ title, advice }) => `Leak: ${title}. ${advice}`),
    'Measured after each round and a garbage collection: collections, listeners, timers, handles, sockets, files, workers, heap bytes.',
    ...settledLines(result),
  ];
  return new LeakError(plain(lines.join('\n')), result.findings, result);
}

export function stackLines({ stack }: LeakFinding): string[] {
  return stack.length > 1 ? [`  made at ${stack.slice(0, 5).join('\n     from ')}`] : [];
}

export function settledLines({ settled, warnings }: Pick<LeakResult, 'settled' | 'warnings'>): string[] {
  return [
    ...(settled.length > 0 ? [`Observed but not reported: ${settled.join('; ')}.`] : []),
    ...warnings.map((warning) => `Note: ${warning}`),
  ];
}

const MOST_TEXT = 6_000;

/** Names come from the program: no escape codes in a terminal, and no megabytes. */
export function plain(text: string): string {
  const printable = text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\uFFFD');
  return printable.length > MOST_TEXT ? `${printable.slice(0, MOST_TEXT)} …` : printable;
}
