// Errors of the system that a program logs again and again and survives. They have no stack: the call that failed ended in
// another thread.

export interface LoggedErrors {
  take(line: string): void;
  /** The most frequent one, as it was first logged; null where none was logged twice. */
  mostFrequent(): { text: string; count: number } | null;
}

/** "Error: EMFILE: too many open files, open '/data/7.zip'" */
const SYSTEM_ERROR = /\bError: (E[A-Z0-9]{3,15}: \S.{0,300})/;
const MOST_KINDS = 100;
const MOST_LENGTH = 2_000;

export function createLoggedErrors(): LoggedErrors {
  const kinds = new Map<string, { text: string; count: number }>();
  return {
    take(line) {
      const text = line.length > MOST_LENGTH ? undefined : SYSTEM_ERROR.exec(line)?.[1];
      if (text === undefined) return;
      // Without what differs from one to the next: paths and numbers.
      const kind = text.replace(/'[^']*'/g, '').replace(/\d+/g, '#');
      const known = kinds.get(kind);
      if (known) known.count++;
      else if (kinds.size < MOST_KINDS) kinds.set(kind, { text, count: 1 });
    },
    mostFrequent() {
      const [most] = [...kinds.values()].sort((a, b) => b.count - a.count);
      return most && most.count > 1 ? most : null;
    },
  };
}
