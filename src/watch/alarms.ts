// What follows from alarms: they are decided, sent to receivers, and their actions take turns, within the limits of their
// rule. A finding that is new is judged like a metric.
import type { AlarmLevel } from '../wire/watch/names.ts';
import { type ActionPlace, act } from './actions/act.ts';
import type { WatchRule } from './config/watch-config.ts';
import type { Exporters } from './exporters.ts';
import type { Slot } from './follow/slots.ts';
import type { Jobs } from './jobs.ts';
import type { LearnedBands } from './learned-bands.ts';
import { type KnownFinding, worstOf } from './rules/known-findings.ts';
import type { Occurrence, RuleBook } from './rules/rule-book.ts';
import type { WatchClock } from './store/clock.ts';
import type { Decision } from './store/decision-log.ts';
import type { Target } from './targets.ts';
import type { Teller } from './tell/teller.ts';

export interface AlarmPlace {
  rules: readonly WatchRule[];
  clock: WatchClock;
  book: RuleBook;
  teller: Teller;
  bands: LearnedBands;
  targets: ReadonlyMap<string, Target>;
  jobs: Jobs;
  /** Where actions happen. */
  actions(): ActionPlace;
  /** What runs beside rounds and is not urgent ends. */
  makeRoom(): void;
  event: Exporters['event'];
  decide(decision: Omit<Decision, 'at'>): void;
  save(): void;
}

export class Alarms {
  constructor(private readonly at: AlarmPlace) {}

  /** By what was measured of the target last. */
  judge({ slot, metrics }: Target, atMillis: number): Occurrence[] {
    const deviation = (rule: WatchRule) => this.at.bands.judge(rule, slot.name, metrics);
    const occurrences = this.at.book.judge(slot.name, { metrics, deviation, atMillis });
    this.happened(occurrences);
    return occurrences;
  }

  private happened(occurrences: readonly Occurrence[]): void {
    for (const occurrence of occurrences) this.happenedOnce(occurrence);
  }

  private happenedOnce(happening: Occurrence): void {
    const { rule, target: name, to } = happening;
    const target = this.at.targets.get(name);
    if (!target) return;
    const { slot } = target;
    const why = rule.metric === 'finding' && to !== 'ok' ? titlesOf(target.findings) : happening.why;
    const occurrence = { ...happening, why };
    const pid = slot.process?.pid ?? null;
    const facts = { target: name, pid, rule: rule.name, why, evidence: null };
    this.at.decide({ ...facts, what: to === 'ok' ? 'clear' : to, outcome: 'done', detail: '' });
    const { metric } = rule;
    const wallMillis = this.at.clock.wall();
    this.at.event({
      is: 'alarm',
      target: name,
      pid,
      wallMillis,
      rule: rule.name,
      metric,
      from: happening.from,
      to,
      why,
    });
    if (to === 'ok') this.at.teller.resolve(rule.name, name, why);
    // What became milder needs no other look.
    else if (HEIGHT[to] >= HEIGHT[occurrence.from]) this.enqueue(occurrence, slot);
  }

  private enqueue(occurrence: Occurrence, slot: Slot): void {
    this.at.makeRoom();
    const isTaken = this.at.jobs.add(() => this.actOn(occurrence, slot));
    if (!isTaken) this.skip(occurrence, slot, 'too many alarms wait already');
  }

  private async actOn(occurrence: Occurrence, slot: Slot): Promise<void> {
    const { rule } = occurrence;
    if (rule.actions.length === 0) return;
    const place = this.at.actions();
    const { clock } = this.at;
    const { state, reason } = this.at.book.limited(rule, slot.name, clock.monotonic());
    if (state === 'running') {
      this.at.book.started(rule, slot.name, clock.monotonic());
      // A limit that is forgotten in a crash is none.
      this.at.save();
      await act(place, { occurrence, slot }).finally(() => this.at.book.done(rule, slot.name));
    } else {
      this.skip(occurrence, slot, reason);
      // To tell costs the target nothing, and has a bound of its own.
      await act(place, { occurrence, slot }, (action) => action.do === 'webhook');
    }
    // It may have ended while it was looked at.
    if (this.at.book.levelOf(rule, slot.name) === 'ok')
      this.at.teller.resolve(rule.name, slot.name, 'it is over');
    this.at.save();
  }

  private skip({ rule, why }: Occurrence, slot: Slot, reason: string): void {
    const what = rule.actions.find((action) => action.do !== 'webhook')?.do;
    const facts = { target: slot.name, pid: slot.process?.pid ?? null, rule: rule.name, why, evidence: null };
    if (what) this.at.decide({ ...facts, what, outcome: 'skipped', detail: reason });
  }

  /** A finding that comes to one that is there already raises no alarm by its level; it is news all the same. */
  announce(target: Target, fresh: readonly KnownFinding[]): void {
    const { clock } = this.at;
    const { name, process } = target.slot;
    for (const { kind, fingerprint, severity, title } of fresh) {
      const at = { target: name, pid: process?.pid ?? null, wallMillis: clock.wall() };
      this.at.event({ is: 'finding', ...at, kind, fingerprint, severity, title });
    }
    target.metrics = { ...target.metrics, finding: worstOf(target.findings) };
    const raised = this.judge(target, clock.monotonic());
    const again = this.at.rules
      .filter((rule) => rule.metric === 'finding' && !raised.some((each) => each.rule === rule))
      .map((rule) => ({ rule, target: name, level: this.at.book.levelOf(rule, name) }))
      .filter(({ level }) => level !== 'ok');
    this.happened(again.map(({ level, ...rest }) => ({ ...rest, from: level, to: level, why: '' })));
  }

  processEnded({ name }: Slot, atMillis: number): void {
    this.happened(this.at.book.processEnded(name, atMillis));
  }

  /** No alert is sent about a target that is no longer followed. */
  forget(name: string, atMillis: number): void {
    const { book, teller } = this.at;
    this.happened(book.forget(name, atMillis));
    for (const { rule, target } of teller.open)
      if (target === name) teller.resolve(rule, target, 'culprit no longer follows it');
  }
}

const HEIGHT: Readonly<Record<AlarmLevel, number>> = { ok: 0, warn: 1, critical: 2 };
/** The newest first. */
function titlesOf(findings: readonly KnownFinding[]): string {
  const grave = findings.filter(({ severity }) => severity !== 'notice').toReversed();
  return grave
    .map(({ title }) => title)
    .slice(0, 3)
    .join('; ');
}
