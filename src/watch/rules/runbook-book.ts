// What runbooks are doing for each target: tried, waiting to be verified, given up. Pure: it says what is due, and the
// caller does it. Times go to disk as ages, because no clock is the same after a restart.
import type { WatchState } from '../../wire/watch/state.ts';
import type { Runbook } from '../config/watch-config.ts';
import { freshHistory, type Limited, type RuleHistory, started, stateOf } from './limiter.ts';

/** A finding as a look saw it. */
export interface SeenIn {
  fingerprint: string;
  title: string;
}

export interface Attempt extends SeenIn {
  ranMillis: number;
  /** Verifications that could not say. */
  unsure: number;
  verifyAtMillis: number;
}

interface Entry {
  history: RuleHistory;
  attempt: Attempt | null;
  /** Findings that it did not cure: it leaves them alone until they are gone. */
  givenUp: string[];
}

/** One runbook for one target as it lies on disk. */
export type SavedRunbook = NonNullable<WatchState['runbooks']>[number];

export type Verification = 'gone' | 'still-there' | 'unsure';
/** What follows from it. */
export type Verdict = 'cured' | 'undo' | 'again' | 'unknown';

const MOST_UNSURE = 3;
const MOST_GIVEN_UP = 50;

export interface RunbookBook {
  /** Why it does not run now; "" where it may; null where nothing is to be done or said. */
  mayRun(runbook: Runbook, target: string, now: { seen: SeenIn; atMillis: number }): Limited | null;
  started(runbook: Runbook, target: string, atMillis: number): void;
  /** The program went well: now it has to be seen. */
  ran(runbook: Runbook, target: string, now: { seen: SeenIn; atMillis: number }): void;
  /** It is not tried again for this finding until that is gone. */
  giveUp(runbook: Runbook, target: string, fingerprint: string): void;
  due(atMillis: number): { runbook: Runbook; target: string; attempt: Attempt }[];
  verified(runbook: Runbook, target: string, now: { verification: Verification; atMillis: number }): Verdict;
  /** Given up before, and gone now. */
  gone(runbook: Runbook, target: string, fingerprints: ReadonlySet<string>): string[];
  save(atMillis: number): SavedRunbook[];
}

/** `saved` is what `save()` gave, `awayMillis` how long ago. */
export function createRunbookBook(
  runbooks: readonly Runbook[],
  {
    saved = [],
    awayMillis = 0,
    atMillis,
  }: { saved?: readonly SavedRunbook[]; awayMillis?: number; atMillis: number },
): RunbookBook {
  const entries = new Map<Runbook, Map<string, Entry>>(runbooks.map((runbook) => [runbook, new Map()]));
  for (const each of saved) {
    const runbook = runbooks.find(({ name }) => name === each.runbook);
    if (runbook) entries.get(runbook)!.set(each.target, restored(each, atMillis - awayMillis));
  }

  function entryOf(runbook: Runbook, target: string, at: number): Entry {
    const ofRunbook = entries.get(runbook)!;
    const entry = ofRunbook.get(target) ?? { history: freshHistory(at), attempt: null, givenUp: [] };
    ofRunbook.set(target, entry);
    return entry;
  }

  const all = () =>
    [...entries].flatMap(([runbook, targets]) =>
      [...targets].map(([target, entry]) => ({ runbook, target, entry })),
    );

  return {
    mayRun(runbook, target, { seen, atMillis: at }) {
      const { attempt, givenUp, history } = entryOf(runbook, target, at);
      if (attempt || history.isActing || givenUp.includes(seen.fingerprint)) return null;
      return stateOf(history, runbook.limits, at);
    },
    started(runbook, target, at) {
      const entry = entryOf(runbook, target, at);
      entry.history = started(entry.history, runbook.limits, at);
    },
    ran(runbook, target, { seen, atMillis: at }) {
      const entry = entryOf(runbook, target, at);
      entry.history = { ...entry.history, isActing: false };
      entry.attempt = { ...seen, ranMillis: at, unsure: 0, verifyAtMillis: at + runbook.verifyMillis };
    },
    giveUp(runbook, target, fingerprint) {
      const entry = entries.get(runbook)?.get(target);
      if (!entry) return;
      entry.history = { ...entry.history, isActing: false };
      entry.attempt = null;
      entry.givenUp = [...new Set([...entry.givenUp, fingerprint])].slice(-MOST_GIVEN_UP);
    },
    due: (at) =>
      all().flatMap(({ runbook, target, entry: { attempt } }) =>
        attempt && at >= attempt.verifyAtMillis ? [{ runbook, target, attempt }] : [],
      ),
    verified(runbook, target, { verification, atMillis: at }) {
      const entry = entryOf(runbook, target, at);
      const { attempt } = entry;
      if (!attempt) return 'unknown';
      if (verification === 'unsure' && attempt.unsure + 1 < MOST_UNSURE) {
        entry.attempt = { ...attempt, unsure: attempt.unsure + 1, verifyAtMillis: at + runbook.verifyMillis };
        return 'again';
      }
      entry.attempt = null;
      if (verification === 'gone') return 'cured';
      entry.givenUp = [...new Set([...entry.givenUp, attempt.fingerprint])].slice(-MOST_GIVEN_UP);
      return verification === 'still-there' ? 'undo' : 'unknown';
    },
    gone(runbook, target, fingerprints) {
      const entry = entries.get(runbook)?.get(target);
      if (!entry) return [];
      const over = entry.givenUp.filter((fingerprint) => !fingerprints.has(fingerprint));
      entry.givenUp = entry.givenUp.filter((fingerprint) => fingerprints.has(fingerprint));
      return over;
    },
    save: (at) => all().map(({ runbook, target, entry }) => saveOne(runbook.name, target, { entry, at })),
  };
}

function saveOne(
  runbook: string,
  target: string,
  { entry: { history, attempt, givenUp }, at }: { entry: Entry; at: number },
): SavedRunbook {
  return {
    runbook,
    target,
    ageMillis: Math.round(at - history.sinceMillis),
    ranAgoMillis: history.ranAtMillis.map((ran) => Math.round(at - ran)),
    runs: history.runs,
    givenUp,
    attempt: attempt && {
      fingerprint: attempt.fingerprint,
      title: attempt.title,
      unsure: attempt.unsure,
      ranAgoMillis: Math.round(at - attempt.ranMillis),
      verifyInMillis: Math.max(0, Math.round(attempt.verifyAtMillis - at)),
    },
  };
}

function restored(saved: SavedRunbook, savedAtMillis: number): Entry {
  const { attempt } = saved;
  return {
    history: {
      sinceMillis: savedAtMillis - saved.ageMillis,
      ranAtMillis: saved.ranAgoMillis.map((ago) => savedAtMillis - ago),
      runs: saved.runs,
      isActing: false,
    },
    attempt: attempt && {
      fingerprint: attempt.fingerprint,
      title: attempt.title,
      unsure: attempt.unsure,
      ranMillis: savedAtMillis - attempt.ranAgoMillis,
      verifyAtMillis: savedAtMillis + attempt.verifyInMillis,
    },
    givenUp: saved.givenUp,
  };
}
