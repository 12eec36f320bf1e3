// What `culprit ps` saw the last time: the memory of each process, so that the next run can print its growth. Numbers only,
// in a file of the user's.
import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeOutputFile } from '../../../recording/output-file.ts';
import type { NodeProcess } from '../../../target/processes.ts';

export interface Growth {
  /** Negative where it shrank. */
  bytes: number;
  millis: number;
}

export interface LastSeen {
  /** Undefined: it was not seen, or another process had its pid. */
  growthOf(entry: NodeProcess): Growth | undefined;
  /** Writes the file; where it cannot, the next time knows nothing. */
  remember(processes: readonly NodeProcess[]): void;
}

interface Seen {
  format: 1;
  atMillis: number;
  /** "pid:start" -> bytes. */
  rssBytes: Record<string, number>;
}

const MOST_PROCESSES = 1_000;
const MOST_BYTES = 256 * 1024;
/** Of two calls in a row the first stays what is compared with. */
const LEAST_MILLIS = 10_000;
const LONGEST_MILLIS = 7 * 24 * 3_600_000;

/** XDG's folder for state, https://specifications.freedesktop.org/basedir-spec/latest/ */
export function lastSeenFile(env: NodeJS.ProcessEnv = process.env): string {
  const folder = env.XDG_STATE_HOME?.startsWith('/')
    ? env.XDG_STATE_HOME
    : join(homedir(), '.local', 'state');
  return join(folder, 'culprit', 'ps.json');
}

/** A file that is damaged, too old or from the future is as none. */
export function openLastSeen(file = lastSeenFile(), now = Date.now()): LastSeen {
  const seen = readSeen(file);
  const millis = seen ? now - seen.atMillis : 0;
  const isUsable = seen !== undefined && millis > 0 && millis < LONGEST_MILLIS;
  return {
    growthOf(entry) {
      const before = isUsable ? seen.rssBytes[keyOf(entry)] : undefined;
      if (typeof before !== 'number' || entry.rssBytes === undefined) return undefined;
      return { bytes: entry.rssBytes - before, millis };
    },
    remember(processes) {
      if (isUsable && millis < LEAST_MILLIS) return;
      const known = processes.filter(({ rssBytes }) => rssBytes !== undefined).slice(0, MOST_PROCESSES);
      writeSeen(file, {
        format: 1,
        atMillis: now,
        rssBytes: Object.fromEntries(known.map((entry) => [keyOf(entry), entry.rssBytes!])),
      });
    },
  };
}

const keyOf = ({ pid, startTicks }: NodeProcess) => `${pid}:${startTicks}`;

function readSeen(file: string): Seen | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const seen = text.length > MOST_BYTES ? null : (JSON.parse(text) as Partial<Seen> | null);
    const isWhole = seen?.format === 1 && Number.isFinite(seen.atMillis) && typeof seen.rssBytes === 'object';
    return isWhole && seen.rssBytes !== null ? (seen as Seen) : undefined;
  } catch {
    return undefined;
  }
}

function writeSeen(file: string, seen: Seen): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeOutputFile(file, JSON.stringify(seen));
  } catch {
    // The next list then has no growth to show.
  }
}
