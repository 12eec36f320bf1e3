// The state of a watch on disk, and what `culprit watch --status` shows of it. Times are ages: no clock is the same after a
// restart.
import * as v from 'valibot';
import { FINDING_KINDS, SEVERITIES } from '../report/names.ts';
import { ALARM_LEVELS, RULE_STATES } from './names.ts';

const text = v.pipe(v.string(), v.maxLength(10_000));
const number = v.pipe(v.number(), v.minValue(-Number.MAX_SAFE_INTEGER), v.maxValue(Number.MAX_SAFE_INTEGER));
const age = v.pipe(number, v.minValue(0));
const list = <T extends v.GenericSchema>(item: T, most: number) => v.pipe(v.array(item), v.maxLength(most));

const rule = v.object({
  rule: text,
  target: text,
  level: v.picklist(ALARM_LEVELS),
  levelAgeMillis: age,
  ageMillis: age,
  ranAgoMillis: list(age, 1_000),
  runs: age,
  /** For people. */
  state: v.picklist(RULE_STATES),
  reason: text,
});

const finding = v.object({
  fingerprint: text,
  kind: v.picklist(FINDING_KINDS),
  title: text,
  severity: v.picklist(SEVERITIES),
  firstSeen: text,
  missed: age,
});

const target = v.object({
  name: text,
  pid: v.nullable(age),
  /** Of the process in it, or of the last one. */
  command: text,
  sinceAgeMillis: age,
  restarts: age,
  findings: list(finding, 1_000),
});

const alert = v.object({
  rule: text,
  metric: text,
  target: text,
  host: text,
  pid: v.nullable(age),
  level: v.picklist(['warn', 'critical']),
  why: text,
  findings: list(text, 100),
  evidence: v.nullable(text),
  startsAtMillis: number,
});

const runbook = v.object({
  runbook: text,
  target: text,
  ageMillis: age,
  ranAgoMillis: list(age, 1_000),
  runs: age,
  /** Fingerprints. */
  givenUp: list(text, 100),
  /** Its program ran, and whether the finding is gone is not known yet. */
  attempt: v.nullable(
    v.object({
      fingerprint: text,
      title: text,
      unsure: age,
      ranAgoMillis: age,
      verifyInMillis: age,
    }),
  ),
});

export const watchState = v.object({
  format: v.literal('culprit-watch'),
  version: v.literal(1, 'is a version that this culprit does not know'),
  /** Of the watcher, with its start time; to tell whether it still runs. */
  pid: age,
  startTicks: age,
  savedAt: v.object({ boot: text, uptimeMillis: v.nullable(number), wallMillis: number }),
  rules: list(rule, 10_000),
  targets: list(target, 100),
  alerts: list(alert, 10_000),
  runbooks: v.optional(list(runbook, 1_000)),
});
export type WatchState = v.InferOutput<typeof watchState>;

/** What `culprit watch --status --json` writes. */
export const watchStatus = v.object({ isRunning: v.boolean(), ...watchState.entries });
export type WatchStatus = v.InferOutput<typeof watchStatus>;
