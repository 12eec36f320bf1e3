// The flight recorder: short windows of a CPU profile, one after the other, only while the main thread is busy. The last ones
// become evidence when an alarm begins or the process ends.
import { refusalOf } from './actions/refusal.ts';
import type { FlightConfig } from './config/watch-config.ts';
import type { Sighting, Slot } from './follow/slots.ts';
import type { Jobs } from './jobs.ts';
import type { LookAnswer, LookRequest } from './look/request.ts';
import { isAffordable, type LookCost } from './rules/light-schedule.ts';
import type { WatchClock } from './store/clock.ts';
import type { Decision } from './store/decision-log.ts';
import { keepWindows, lastWindowMillis, rotateWindows, windowFile } from './store/windows.ts';
import type { Target } from './targets.ts';

/** What the recorder reaches of the watch around it. */
export interface FlightPlace {
  folder: string;
  clock: WatchClock;
  targets: ReadonlyMap<string, Target>;
  jobs: Jobs;
  ask(request: LookRequest, signal: AbortSignal): Promise<LookAnswer>;
  makeEvidence(rule: string, target: string): { folder: string } | { why: string };
  decide(decision: Omit<Decision, 'at'>): void;
}

/** A program that starts is busy. */
const LEAST_AGE_MILLIS = 60_000;
/** Of a process that ended, an older window says nothing about its end. */
const YOUNG_MILLIS = 300_000;

export class FlightRecorder {
  private readonly config: FlightConfig;
  private readonly place: FlightPlace;
  private window: AbortController | null = null;
  private last: LookCost | null = null;
  /** Why the last window of a target did not come about: said once. */
  private readonly troubles = new Map<string, string>();

  constructor(config: FlightConfig, place: FlightPlace) {
    this.config = config;
    this.place = place;
  }

  /** A window of the busiest target, where one is busy enough, nothing else runs, and it is within the budget. */
  begin(atMillis: number): void {
    const { jobs, targets } = this.place;
    if (jobs.isBusy || !isAffordable(this.last, atMillis)) return;
    const busy = [...targets.values()]
      .filter((target) => this.isDue(target, atMillis))
      .sort((a, b) => busyOf(b) - busyOf(a));
    const target = busy[0];
    if (target) jobs.add(() => this.record(target.slot));
  }

  private isDue(target: Target, atMillis: number): boolean {
    const { process, sinceMillis } = target.slot;
    return (
      process !== null &&
      atMillis - sinceMillis >= LEAST_AGE_MILLIS &&
      busyOf(target) >= this.config.busyShare
    );
  }

  /** An alarm has come: the window ends now, and is kept. */
  callOff(): void {
    this.window?.abort();
  }

  private async record(slot: Slot): Promise<void> {
    const { process, name } = slot;
    if (!process) return;
    const refusal = refusalOf(process.pid);
    try {
      const problem = refusal ?? (await this.recordWindow(name, process));
      if (problem === null) this.troubles.delete(name);
      else this.trouble(slot, problem);
    } catch (error) {
      this.trouble(slot, (error as Error).message);
    }
  }

  /** Null: it is there. Throws what the file system throws. */
  private async recordWindow(target: string, { pid, startTicks }: Sighting): Promise<string | null> {
    const { folder: parent, clock } = this.place;
    const { windowMillis, keep, quotaBytes } = this.config;
    const file = windowFile({ parent, target }, { at: new Date(clock.wall()), pid });
    const request = { do: 'flight', pid, startTicks, durationMillis: windowMillis, file } as const;
    this.window = new AbortController();
    const answer = await this.place.ask(request, this.window.signal);
    this.window = null;
    this.last = { endedMillis: clock.monotonic(), cpuMillis: answer.cpuMillis };
    rotateWindows({ parent, target }, { keep, quotaBytes });
    return answer.ok ? null : answer.why;
  }

  private trouble({ name: target, process }: Slot, detail: string): void {
    if (this.troubles.get(target) === detail) return;
    this.troubles.set(target, detail);
    this.decide({
      target,
      pid: process?.pid ?? null,
      why: 'its main thread is busy',
      outcome: 'failed',
      detail,
    });
  }

  /** Moves what is there of the target into a piece of evidence. */
  keep(target: string, evidence: string): void {
    const { folder: parent } = this.place;
    try {
      const count = keepWindows({ parent, target }, evidence);
      if (count === 0) return;
      const detail = `${count} of the last windows`;
      this.decide({ target, pid: null, why: 'evidence', evidence, outcome: 'done', detail });
    } catch (error) {
      this.decide({
        target,
        pid: null,
        why: 'evidence',
        outcome: 'failed',
        detail: (error as Error).message,
      });
    }
  }

  /** What was recorded shortly before becomes evidence by itself: nobody may have had time to raise an alarm. */
  processEnded(target: string, pid: number): void {
    const { folder: parent, clock } = this.place;
    const lastMillis = lastWindowMillis({ parent, target }, pid);
    if (lastMillis === undefined || clock.wall() - lastMillis > YOUNG_MILLIS) return;
    const made = this.place.makeEvidence('flight', target);
    const why = 'the process ended';
    if ('why' in made) this.decide({ target, pid, why, outcome: 'failed', detail: made.why });
    else this.keep(target, made.folder);
  }

  private decide(facts: Omit<Decision, 'at' | 'rule' | 'what' | 'evidence'> & { evidence?: string }): void {
    this.place.decide({ rule: null, evidence: null, ...facts, what: 'flight' });
  }
}

const busyOf = ({ metrics }: Target) => metrics['loop.busy'] ?? 0;
