// What a rule is: it looks at the facts and returns drafts of findings, or says why it cannot judge.
import type { Facts } from '../analysis/facts.ts';
import type { Finding, FindingKind, Impact } from '../model/finding.ts';

/** What a cause moves, besides what it is: symptoms in these are explained by it. */
export type Effect =
  | 'heap'
  | 'external'
  | 'native'
  | 'fds'
  | 'sockets'
  | 'handles'
  | 'threads'
  | 'processes'
  | 'timers'
  | 'waiting'
  | 'thread-pool'
  | 'lookups'
  | 'gc'
  | 'cpu'
  | 'slower'
  | 'throttling'
  | 'cpu-wait';

/** A finding before ranking and joining. */
export interface Draft extends Omit<Finding, 'rank' | 'score' | 'fingerprint' | 'symptoms'> {
  /** What a rule finds, it has measured. */
  impact: Impact;
  /** How much it matters if true, 0..1: see rank.ts. */
  urgency: number;
  /** Said in short when another finding explains this one. */
  asSymptom: string;
  /** What this is a growth or shortage of. */
  effect: Effect;
  /** What else it may well cause. */
  explains: Effect[];
  /** Work that clients sent: where it waits tells one cause from another. */
  isInbound?: true;
  /** Of a collection that grows. */
  entriesPerSecond?: number;
}

export interface Rule {
  kind: FindingKind;
  judge(facts: Facts): Draft[] | { notApplicable: string };
}
