// Captures of processes: requested from a separate program, light ones in turns, and what each leaves with its target.

import { askLook } from './actions/ask-look.ts';
import type { Diagnosis } from './actions/diagnose.ts';
import { refusalOf } from './actions/refusal.ts';
import type { WatchConfig } from './config/watch-config.ts';
import type { Slot } from './follow/slots.ts';
import type { Jobs } from './jobs.ts';
import type { CaptureRequest, FoundFinding, LookAnswer, LookRequest } from './look/request.ts';
import { type KnownFinding, see } from './rules/known-findings.ts';
import { type LookCost, nextLook } from './rules/light-schedule.ts';
import type { WatchClock } from './store/clock.ts';
import type { Decision } from './store/decision-log.ts';
import type { Target } from './targets.ts';
import type { ProfileSpool } from './tell/profiles/spool.ts';

/** What looks reach of the watch around them. */
export interface LooksPlace {
  light: WatchConfig['light'];
  clock: WatchClock;
  signal: AbortSignal;
  targets: ReadonlyMap<string, Target>;
  jobs: Jobs;
  decide(decision: Omit<Decision, 'at'>): void;
  /** Null: profiles are not collected. */
  profiles: ProfileSpool | null;
  /** All that a look found. */
  onSeen(target: Target, findings: readonly FoundFinding[]): void;
  /** Something was found that was not known. */
  onNews(target: Target, fresh: readonly KnownFinding[]): void;
}

/** Its start is no everyday. */
const LEAST_AGE_MILLIS = 60_000;
/** A look may wait for a busy loop to have time again. */
const BUSY = 0.9;
/** Several rules often notice the same thing: one diagnosis serves them. */
const RECENT_MILLIS = 60_000;

export class Looks {
  readonly cost = { looks: 0, cpuMillis: 0 };
  private readonly place: LooksPlace;
  private lightLook: AbortController | null = null;
  private last: LookCost | null = null;

  constructor(place: LooksPlace) {
    this.place = place;
  }

  /** Keeps what a diagnosis with evidence found. */
  diagnosed(slot: Slot, diagnosis: Diagnosis): void {
    const target = this.place.targets.get(slot.name);
    if (!target || !slot.process) return;
    const atMillis = this.place.clock.monotonic();
    target.diagnosis = { ...diagnosis, atMillis, pid: slot.process.pid };
    target.turn = { ...target.turn, lastMillis: atMillis };
    const fresh = this.take(slot.name, diagnosis.findings);
    if (fresh.length > 0) this.place.onNews(target, fresh);
  }

  /** The last diagnosis of this process, where another would say the same. */
  recent({ name, process }: Slot): Diagnosis | undefined {
    const diagnosis = this.place.targets.get(name)?.diagnosis;
    const isYoung = diagnosis && this.place.clock.monotonic() - diagnosis.atMillis < RECENT_MILLIS;
    return isYoung && diagnosis.pid === process?.pid ? diagnosis : undefined;
  }

  async ask(request: LookRequest, signal = this.place.signal): Promise<LookAnswer> {
    const answer =
      request.do === 'look' ? await this.askForProfile(request, signal) : await askLook(request, signal);
    this.cost.cpuMillis += answer.cpuMillis;
    if (request.do === 'look' || request.do === 'flight') this.cost.looks += 1;
    if (request.do === 'look') {
      this.last = { endedMillis: this.place.clock.monotonic(), cpuMillis: answer.cpuMillis };
    }
    return answer;
  }

  private async askForProfile(request: CaptureRequest, signal: AbortSignal): Promise<LookAnswer> {
    const { profiles, targets } = this.place;
    const target = [...targets.values()].find(({ slot }) => slot.process?.pid === request.pid)?.slot.name;
    if (!profiles || target === undefined) return askLook(request, signal);
    const file = profiles.nextFile(target);
    const answer = await askLook({ ...request, ...(file !== undefined && { profile: file }) }, signal);
    if (file !== undefined)
      profiles.made({ file, target, source: request.folder === null ? 'light' : 'diagnosis' });
    return answer;
  }

  /** Those that are new. */
  private take(name: string, findings: readonly FoundFinding[]): KnownFinding[] {
    const target = this.place.targets.get(name);
    if (!target) return [];
    const { known, fresh } = see(target.findings, findings, new Date(this.place.clock.wall()).toISOString());
    target.findings = known;
    this.place.onSeen(target, findings);
    return fresh;
  }

  /** Where one is due and nothing else runs. */
  beginLight(atMillis: number): void {
    const { light, jobs } = this.place;
    if (!light || jobs.isBusy) return;
    const turns = new Map([...this.place.targets].map(([name, { turn }]) => [name, turn]));
    const isReady = (name: string) => {
      const target = this.place.targets.get(name);
      const age = target?.slot.process ? atMillis - target.slot.sinceMillis : 0;
      return (
        age >= Math.min(LEAST_AGE_MILLIS, light.everyMillis) && (target?.metrics['loop.busy'] ?? 0) < BUSY
      );
    };
    const name = nextLook({ turns, last: this.last }, light, { atMillis, isReady });
    const target = name === undefined ? undefined : this.place.targets.get(name);
    if (target) jobs.add(() => this.lookLightly(target, light.durationMillis));
  }

  /** An alarm has come: what is to be done for it must not wait for a light look. */
  callOffLight(): void {
    this.lightLook?.abort();
  }

  private async askLightly(request: LookRequest): Promise<LookAnswer> {
    const { signal } = this.place;
    const lightLook = new AbortController();
    const stop = () => lightLook.abort();
    signal.addEventListener('abort', stop, { once: true });
    this.lightLook = lightLook;
    const answer = await this.ask(request, lightLook.signal);
    this.lightLook = null;
    signal.removeEventListener('abort', stop);
    return answer;
  }

  private async lookLightly(target: Target, durationMillis: number): Promise<void> {
    const { slot } = target;
    const { clock } = this.place;
    if (!slot.process) return;
    const { pid, startTicks } = slot.process;
    const refusal = refusalOf(pid);
    const request = { do: 'look', pid, startTicks, durationMillis, snapshot: 'never', folder: null } as const;
    const answer: LookAnswer =
      refusal === null ? await this.askLightly(request) : { ok: false, why: refusal, cpuMillis: 0 };
    const fresh = answer.ok ? this.take(slot.name, answer.findings) : [];
    const quietLooks = fresh.length > 0 ? 0 : target.turn.quietLooks + 1;
    target.turn = { lastMillis: clock.monotonic(), quietLooks };
    this.place.decide({
      target: slot.name,
      pid,
      rule: null,
      what: 'light',
      why: 'scheduled',
      evidence: null,
      outcome: answer.ok ? 'done' : refusal === null ? 'failed' : 'skipped',
      detail: answer.ok ? answer.what : answer.why,
    });
    if (fresh.length > 0) this.place.onNews(target, fresh);
  }
}
