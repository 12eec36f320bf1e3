// Runbooks: a program for a finding. A diagnosis confirms the finding and keeps evidence, the program runs, and after a
// while the same diagnosis has to find it gone. Where it is not gone, the program is undone and an alert is sent.
import { hostname } from 'node:os';
import { type Diagnosis, diagnoseSlot } from './actions/diagnose.ts';
import { runProgram, type Told } from './actions/run-program.ts';
import type { ExecAction, Runbook } from './config/watch-config.ts';
import type { Slot } from './follow/slots.ts';
import type { Jobs } from './jobs.ts';
import type { FoundFinding } from './look/request.ts';
import {
  type Attempt,
  createRunbookBook,
  type RunbookBook,
  type SavedRunbook,
  type SeenIn,
  type Verification,
} from './rules/runbook-book.ts';
import type { WatchClock } from './store/clock.ts';
import type { Decision } from './store/decision-log.ts';
import type { Target } from './targets.ts';
import type { AlertFacts } from './tell/alerts.ts';

/** What runbooks reach of the watch around them. */
export interface RunbookPlace {
  clock: WatchClock;
  signal: AbortSignal;
  targets: ReadonlyMap<string, Target>;
  jobs: Jobs;
  /** Programs are not run. */
  isDryRun: boolean;
  diagnosing: Parameters<typeof diagnoseSlot>[0];
  recent(slot: Slot): Diagnosis | undefined;
  fire(facts: AlertFacts): void;
  resolve(rule: string, target: string, why: string): void;
  decide(decision: Omit<Decision, 'at'>): void;
  /** What was begun is not forgotten in a crash. */
  save(): void;
}

/** A rule cannot have such a name. */
export const alertNameOf = ({ name }: Pick<Runbook, 'name'>) => `runbook/${name}`;

/** A finding that a diagnosis did not confirm is not diagnosed again at each light look. */
const UNCONFIRMED_MILLIS = 600_000;

const isGrave = ({ severity }: FoundFinding) => severity !== 'notice';

export class Runbooks {
  private readonly runbooks: readonly Runbook[];
  private readonly place: RunbookPlace;
  private readonly book: RunbookBook;
  /** Of a runbook and a target: a job for it waits or runs. */
  private readonly busy = new Set<string>();
  private readonly notBefore = new Map<string, number>();

  constructor(
    runbooks: readonly Runbook[],
    place: RunbookPlace,
    before: { saved: readonly SavedRunbook[]; awayMillis: number },
  ) {
    this.runbooks = runbooks;
    this.place = place;
    this.book = createRunbookBook(runbooks, { ...before, atMillis: place.clock.monotonic() });
  }

  save(atMillis: number): SavedRunbook[] {
    return this.book.save(atMillis);
  }

  /** After each look into a target, with all that it found. */
  saw({ slot, findings: known }: Target, findings: readonly FoundFinding[]): void {
    // One look may miss it.
    const present = new Set(known.map(({ fingerprint }) => fingerprint));
    for (const runbook of this.runbooks) {
      const over = this.book.gone(runbook, slot.name, present);
      if (over.length > 0) this.place.resolve(alertNameOf(runbook), slot.name, 'the finding is gone');
      const seen = findings.find((each) => each.kind === runbook.finding && isGrave(each));
      if (seen) this.consider(runbook, slot, seen);
    }
  }

  private consider(runbook: Runbook, slot: Slot, seen: SeenIn): void {
    const atMillis = this.place.clock.monotonic();
    const key = `${runbook.name}\n${slot.name}`;
    if (this.busy.has(key) || atMillis < (this.notBefore.get(key) ?? 0)) return;
    const limited = this.book.mayRun(runbook, slot.name, { seen, atMillis });
    if (!limited) return;
    if (limited.state !== 'running') {
      this.note(runbook, slot, {
        what: 'runbook',
        why: seen.title,
        outcome: 'skipped',
        detail: limited.reason,
      });
      this.notBefore.set(key, atMillis + UNCONFIRMED_MILLIS);
      return;
    }
    this.enqueue(key, () => this.treat(runbook, slot, key));
  }

  private enqueue(key: string, job: () => Promise<void>): void {
    this.busy.add(key);
    const isTaken = this.place.jobs.add(() => job().finally(() => this.busy.delete(key)));
    if (!isTaken) this.busy.delete(key);
  }

  private async treat(runbook: Runbook, slot: Slot, key: string): Promise<void> {
    const diagnosis = await this.diagnose(runbook, slot);
    const why = `finding ${runbook.finding}`;
    if ('why' in diagnosis) {
      this.notBefore.set(key, this.place.clock.monotonic() + UNCONFIRMED_MILLIS);
      this.note(runbook, slot, { what: 'runbook', why, outcome: 'skipped', detail: diagnosis.why });
      return;
    }
    const seen = diagnosis.findings.find((each) => each.kind === runbook.finding && isGrave(each));
    if (!seen) {
      this.notBefore.set(key, this.place.clock.monotonic() + UNCONFIRMED_MILLIS);
      const detail = 'a diagnosis does not confirm it';
      this.note(runbook, slot, { what: 'runbook', why, outcome: 'skipped', detail });
      return;
    }
    await this.run(runbook, slot, { seen, evidence: diagnosis.folder });
  }

  private async run(
    runbook: Runbook,
    slot: Slot,
    { seen, evidence }: { seen: SeenIn; evidence: string },
  ): Promise<void> {
    const { clock, isDryRun } = this.place;
    const { name: target } = slot;
    const facts = { what: 'runbook', why: seen.title, evidence } as const;
    this.book.started(runbook, target, clock.monotonic());
    this.place.save();
    if (isDryRun) {
      // As if it had not helped: a dry run tells of a finding once.
      this.book.giveUp(runbook, target, seen.fingerprint);
      this.note(runbook, slot, { ...facts, outcome: 'skipped', detail: dryRunOf(runbook) });
      return;
    }
    const problem = await this.program(runbook.run, runbook, { slot, seen, evidence });
    if (problem === null) {
      this.book.ran(runbook, target, { seen, atMillis: clock.monotonic() });
      const detail = `${runbook.run.command[0]}; it is verified after ${runbook.verifyMillis / 1_000} s`;
      this.note(runbook, slot, { ...facts, outcome: 'done', detail });
    } else {
      this.book.giveUp(runbook, target, seen.fingerprint);
      this.note(runbook, slot, { ...facts, outcome: 'failed', detail: problem });
      await this.undo(runbook, slot, { seen, evidence });
      this.escalate(runbook, slot, { seen, evidence, why: `its program failed (${problem})` });
    }
    this.place.save();
  }

  /** In each round. */
  beginDue(atMillis: number): void {
    for (const { runbook, target, attempt } of this.book.due(atMillis)) {
      const key = `${runbook.name}\n${target}`;
      const slot = this.place.targets.get(target)?.slot;
      if (!slot || this.busy.has(key)) continue;
      this.enqueue(key, () => this.verify(runbook, slot, attempt));
    }
  }

  private async verify(runbook: Runbook, slot: Slot, seen: Attempt): Promise<void> {
    const diagnosis = await this.diagnose(runbook, slot, { isFresh: true });
    const { verification, evidence, doubt } = judge(runbook, diagnosis);
    const atMillis = this.place.clock.monotonic();
    const verdict = this.book.verified(runbook, slot.name, { verification, atMillis });
    const facts = { what: 'verify', why: seen.title, evidence } as const;
    switch (verdict) {
      case 'cured':
        this.note(runbook, slot, { ...facts, outcome: 'done', detail: 'it is gone' });
        break;
      case 'again': {
        const detail = `whether it is gone is unknown: ${doubt}`;
        this.note(runbook, slot, { ...facts, outcome: 'skipped', detail });
        break;
      }
      case 'undo':
        this.note(runbook, slot, { ...facts, outcome: 'failed', detail: 'it is still there' });
        await this.undo(runbook, slot, { seen, evidence });
        this.escalate(runbook, slot, { seen, evidence, why: 'the finding is still there' });
        break;
      case 'unknown':
        this.note(runbook, slot, { ...facts, outcome: 'failed', detail: `its result is unknown: ${doubt}` });
        this.escalate(runbook, slot, {
          seen,
          evidence,
          why: `culprit could not tell whether the finding is gone: ${doubt}`,
        });
    }
    this.place.save();
  }

  private async diagnose(
    runbook: Runbook,
    slot: Slot,
    { isFresh = false } = {},
  ): Promise<Diagnosis | { why: string }> {
    const recent = isFresh ? undefined : this.place.recent(slot);
    return recent ?? (await diagnoseSlot(this.place.diagnosing, slot, `runbook-${runbook.name}`));
  }

  private async undo(
    runbook: Runbook,
    slot: Slot,
    { seen, evidence }: { seen: SeenIn; evidence: string | null },
  ): Promise<void> {
    if (!runbook.undo) return;
    const problem = await this.program(runbook.undo, runbook, { slot, seen, evidence });
    const outcome = problem === null ? 'done' : 'failed';
    const detail = problem ?? runbook.undo.command[0]!;
    this.note(runbook, slot, { what: 'undo', why: seen.title, evidence, outcome, detail });
  }

  private escalate(
    runbook: Runbook,
    slot: Slot,
    { seen, evidence, why }: { seen: SeenIn; evidence: string | null; why: string },
  ): void {
    const words = `runbook ${runbook.name} did not help: ${why}`;
    this.place.fire({
      rule: alertNameOf(runbook),
      metric: 'finding',
      target: slot.name,
      host: hostname(),
      pid: slot.process?.pid ?? null,
      level: 'critical',
      why: words,
      findings: [seen.title],
      evidence,
    });
    this.note(runbook, slot, { what: 'escalate', why: seen.title, evidence, outcome: 'done', detail: words });
  }

  private program(
    action: ExecAction,
    runbook: Runbook,
    { slot, seen, evidence }: { slot: Slot; seen: SeenIn; evidence: string | null },
  ): Promise<string | null> {
    const told: Told = {
      rule: alertNameOf(runbook),
      target: slot.name,
      level: 'critical',
      why: seen.title,
      pid: slot.process?.pid ?? null,
      evidence,
      findings: [seen.title],
    };
    return runProgram(action, told, { outputFile: null, signal: this.place.signal });
  }

  private note(
    runbook: Runbook,
    slot: Slot,
    facts: Pick<Decision, 'what' | 'why' | 'outcome' | 'detail'> & { evidence?: string | null },
  ): void {
    const { name: target, process } = slot;
    this.place.decide({
      evidence: null,
      ...facts,
      target,
      pid: process?.pid ?? null,
      rule: alertNameOf(runbook),
    });
  }
}

/** A look that saw too little proves nothing. */
function judge(
  { finding }: Runbook,
  diagnosis: Diagnosis | { why: string },
): { verification: Verification; evidence: string | null; doubt: string | null } {
  if ('why' in diagnosis) return { verification: 'unsure', evidence: null, doubt: diagnosis.why };
  const { findings, folder: evidence, doubt } = diagnosis;
  if (findings.some((each) => each.kind === finding && isGrave(each)))
    return { verification: 'still-there', evidence, doubt: null };
  return { verification: doubt === null ? 'gone' : 'unsure', evidence, doubt };
}

function dryRunOf({ run, undo, verifyMillis }: Runbook): string {
  const words = (action: ExecAction) => JSON.stringify(action.command);
  const otherwise = undo ? `, and would undo with ${words(undo)} if it is still there` : '';
  return `dry run: would run ${words(run)} and verify after ${verifyMillis / 1_000} s${otherwise}`;
}
