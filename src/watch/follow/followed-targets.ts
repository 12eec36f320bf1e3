// The targets of a watch: searched for now and then, recognised from one round to the next, and dropped when they do not
// come back.
import type { Decision } from '../store/decision-log.ts';
import { newTarget, type Target } from '../targets.ts';
import { createSight, type FollowSpec } from './sight.ts';
import { createFollower, type FollowEvent, type Slot } from './slots.ts';

type Findings = Target['findings'];

export interface FollowedPlace {
  specs: readonly FollowSpec[];
  /** What the watch before knew of a target with this name. */
  findingsBefore(name: string): Findings | undefined;
  decide(decision: Omit<Decision, 'at'>): void;
  onEnded(slot: Slot, pid: number, atMillis: number): void;
  onDropped(slot: Slot, atMillis: number): void;
}

/** All processes are looked for so often; known ones are looked at in each round. */
const SIGHT_MILLIS = 10_000;
const MISSING_MILLIS = 3_000;

export class FollowedTargets {
  /** By the name of the slot. */
  readonly byName = new Map<string, Target>();
  private readonly place: FollowedPlace;
  private readonly follower = createFollower();
  private readonly sight: ReturnType<typeof createSight>;
  private sightedMillis = Number.NEGATIVE_INFINITY;

  constructor(place: FollowedPlace) {
    this.place = place;
    this.sight = createSight(place.specs);
  }

  isFollowed(name: string): boolean {
    return this.follower.slots.some((slot) => slot.name === name);
  }

  /** Looks for all of them, when it is time. */
  follow(atMillis: number): void {
    const isMissing = this.follower.slots.some(({ process, word }) => !process && word !== null);
    if (atMillis - this.sightedMillis < (isMissing ? MISSING_MILLIS : SIGHT_MILLIS)) return;
    this.sightedMillis = atMillis;
    this.note(this.follower.see(this.sight(), atMillis), atMillis);
  }

  /** Its process is gone, seen before the next look at all of them. The next one may be there already. */
  ended(slot: Slot, atMillis: number): void {
    this.note(this.follower.ended(slot, atMillis), atMillis);
    this.sightedMillis = Number.NEGATIVE_INFINITY;
  }

  private note(events: readonly FollowEvent[], atMillis: number): void {
    for (const slot of this.follower.slots) {
      if (this.byName.has(slot.name)) continue;
      const known = this.place.findingsBefore(slot.name) ?? [];
      this.byName.set(slot.name, newTarget(slot, known, atMillis));
    }
    for (const event of events) this.noteOne(event, atMillis);
  }

  private noteOne(event: FollowEvent, atMillis: number): void {
    const about = { rule: null, evidence: null };
    if (event.kind === 'too-many') {
      const detail = 'the rest is not watched';
      const why = 'too many processes';
      this.place.decide({ ...about, target: '', pid: null, what: 'found', why, outcome: 'skipped', detail });
      return;
    }
    const { slot, kind } = event;
    const target = this.byName.get(slot.name);
    if (kind === 'found' || kind === 'restarted') {
      if (target) target.readings = [];
    } else if (kind === 'ended') this.place.onEnded(slot, event.process.pid, atMillis);
    else {
      this.place.onDropped(slot, atMillis);
      this.byName.delete(slot.name);
    }
    const why = kind === 'dropped' ? (slot.last?.command ?? '') : event.process.command;
    const pid = kind === 'dropped' ? null : event.process.pid;
    this.place.decide({ ...about, target: slot.name, pid, what: kind, why, outcome: 'done', detail: '' });
  }
}
