// What all leaks have in common: a number rises, a line in the code may be known to cause it, a limit may be near. The rule
// adds the specifics; its numbers come from thresholds/.
import type { Facts } from '../analysis/facts.ts';
import type { Trend } from '../analysis/statistics/trend.ts';
import type { LeftAnswers } from '../analysis/waiting/left-answers.ts';
import type { Evidence, FindingKind, Impact, Severity, Subject } from '../model/finding.ts';
import { formatBytes, formatNumber } from '../units/units.ts';
import type { CreationSite } from './creation-site.ts';
import type { Draft, Effect } from './rule.ts';
import { PILING_UP } from './thresholds/growth.ts';
import { confidenceAt, type PlacedConfidence } from './thresholds/scale.ts';
import {
  chainOf,
  leakSeverity,
  leakUrgency,
  movement,
  perSecond,
  place,
  secondsUntil,
  subjectOf,
} from './wording.ts';
import { leftAdvice, leftAtPace, leftByPackage, leftEvidence } from './words/left-words.ts';

export interface Leak {
  kind: FindingKind;
  title: string;
  /** What the finding is about, and its name. */
  subject: { type: Subject['type']; name: string; thread?: number };
  /** Null: the code was not caught. */
  site: CreationSite | null;
  metric: Impact['metric'];
  ratePerSecond: number;
  /** Absent: no limit of it is watched. */
  runsOut?: RunsOut;
  /** Without what the site says. */
  evidence: Evidence[];
  innocentExplanation: string;
  advice: string;
  /** It says what to do about what a package has opened, too. */
  isAdviceWhole?: true;
  caveats?: string[];
  /** In short, as a symptom of something else: "threads". Its rate is added. */
  things: string;
  effect: Effect;
  explains: Effect[];
  confidence: PlacedConfidence;
  /** Absent: by the time until the limit. */
  severity?: Severity;
  /** A fixed one; or the least, and more by the time until the limit. */
  urgency: number | { least: number };
}

export function leakDraft(facts: Facts, leak: Leak): Draft {
  const { subject, site, metric, ratePerSecond, runsOut, confidence, urgency } = leak;
  const left = runsOut?.exhaustionSeconds;
  const gone = leftAtPace(facts, ratePerSecond);
  const leaving = leftEvidence(gone).filter(({ statement }) => statement !== site?.evidence.statement);
  return {
    kind: leak.kind,
    severity: leak.severity ?? leakSeverity(left),
    confidence: confidenceAt(confidence, site?.companion ? null : site),
    urgency: typeof urgency === 'number' ? urgency : Math.max(urgency.least, leakUrgency(left)),
    title: leak.title,
    subject: subjectOf(subject.type, subject.name, site?.frame ?? null, subject.thread),
    impact: { metric, value: ratePerSecond, unit: 'per second', ...runsOut },
    evidence: [...leak.evidence, ...(site ? [site.evidence] : []), ...leaving],
    ...(site && chainOf(site.blame)),
    innocentExplanation: leak.innocentExplanation,
    advice: adviceFor(leak, gone),
    caveats: leak.caveats ?? [],
    asSymptom: `${leak.things}: ${perSecond(ratePerSecond)} more`,
    effect: leak.effect,
    explains: leak.explains,
  };
}

/** What a package opens by itself a handler of requests may not be able to reach. */
function adviceFor({ site, advice, isAdviceWhole }: Leak, gone: LeftAnswers | null): string[] {
  const own = isAdviceWhole ? [] : throughPackage(site);
  // What fits the call comes before what fits the kind.
  if (!gone) return [...own, advice];
  const { app = null, inner = null, library = null } = site?.blame ?? {};
  const opener = (inner ?? library)?.package;
  if (!opener || (app && !site?.isByRequests))
    return [...leftAdvice(gone), ...(own.length > 0 ? own : [advice])];
  return [...(app ? leftAdvice(gone) : [advice]), leftByPackage(gone, opener)];
}

/** Where the application only calls a package, the thing to let go is what the package has handed out. */
function throughPackage(site: CreationSite | null): string[] {
  const { app = null, chain = [] } = site?.isByRequests ? {} : (site?.blame ?? {});
  const called = chain.find((link) => link.package !== null);
  if (!app || !called) return [];
  const name = called.frame.functionName.split('.').at(-1)!;
  const call = /^[\w$]+$/.test(name) ? `\`${name}()\` of ${called.package}` : called.package;
  return [
    `${call} opens them for ${place(app)}: release what it returned (close, end, destroy, abort or terminate, whichever it has) when you are done with it, after errors too, and when the client has disconnected.`,
  ];
}

/** "open files /tmp/# rose in 9 of 9 intervals, from 12 to 48" */
export function countEvidence(things: string, trend: Trend, more = ''): Evidence {
  return {
    source: 'proc',
    statement: `${things} ${movement(trend, formatNumber)}${more}`,
    value: trend.slopePerSecond,
    unit: 'per second',
  };
}

/** More, fast enough, and in more than a few jumps. */
export function isPilingUp(trend: Trend): boolean {
  return (
    trend.verdict === 'growing' &&
    trend.slopePerSecond >= PILING_UP.leastPerSecond &&
    trend.last - trend.first >= PILING_UP.leastRise &&
    trend.risingSteps[0] >= PILING_UP.leastSteps
  );
}

/** When what grows meets its limit, and the limit in words; both undefined where no limit is known. */
export interface RunsOut {
  exhaustionSeconds: number | undefined;
  limit: string | undefined;
}

/** Of descriptors, when these of them grow on. */
export function whenFdsRunOut({ observations, fdTotal }: Facts, trend: Trend): RunsOut {
  const limit = observations.limits.fdSoftLimit;
  if (limit === undefined) return { exhaustionSeconds: undefined, limit: undefined };
  return {
    exhaustionSeconds: secondsUntil(limit - fdTotal.last + trend.last, trend),
    limit: `the limit of ${formatNumber(limit)} file descriptors`,
  };
}

/** Of the container's memory, when this part of the resident memory grows on. */
export function whenMemoryRunsOut({ observations, memory }: Facts, trend: Trend): RunsOut {
  const limit = observations.limits.memoryLimitBytes;
  if (limit === undefined) return { exhaustionSeconds: undefined, limit: undefined };
  return {
    exhaustionSeconds: secondsUntil(limit - memory.rss.last + trend.last, trend),
    limit: `memory limit ${formatBytes(limit)}`,
  };
}
