// Applies all rules to one comparison: a decision for each, complete enough to be repeated, and the outcome.
import type { Baseline } from '../../model/comparison/baseline.ts';
import type { Comparison } from '../../model/comparison/comparison.ts';
import type { DecisionRecord, GateDecision, GateOutcome, GateReport } from '../../model/comparison/gate.ts';
import type { GateRule } from './grammar/gate-rule.ts';
import { judgeAny } from './judge-any.ts';
import { judgeBaseline } from './judge-baseline.ts';
import { judgeFindings } from './judge-findings.ts';
import { judgeFunctions } from './judge-functions.ts';
import { judgeHead } from './judge-head.ts';
import { judgeMetric } from './judge-metric.ts';
import { judgeObjective } from './judge-objective.ts';
import type { Judgement } from './wording.ts';

export interface GateOptions {
  /** What an unsure gate counts as; one that is unmeasured never passes. */
  onUnsure: 'pass' | 'fail';
  now: Date;
  toolVersion: string;
  /** The command that repeats it. */
  command: string;
  /** For rules that begin with "baseline."; null: there is none. */
  baseline?: Baseline | null;
}

/** Findings have to carry what is accepted of them already (apply-accepted.ts). Without rules it passes. */
export function decideGates(
  comparison: Comparison,
  rules: readonly GateRule[],
  { onUnsure, now, toolVersion, command, baseline = null }: GateOptions,
): GateReport {
  const decisions = rules.map((rule): GateDecision => {
    const { outcome, statement, evidence, accepted = [] } = judge(rule, comparison, baseline);
    return { rule: rule.rule, source: rule.source, outcome, statement, evidence, accepted };
  });
  const outcome = worstOf(decisions);
  return {
    outcome,
    onUnsure,
    // Of nothing no gate can say that it is kept.
    passed:
      !isNothingCompared(comparison) && (outcome === 'pass' || (outcome === 'unsure' && onUnsure === 'pass')),
    decisions,
    decidedAt: now.toISOString(),
    toolVersion,
    command,
  };
}

/** No metric and no function on both sides, and no findings. */
export function isNothingCompared({ metrics, functions, findings, findingsCompared }: Comparison): boolean {
  const isMeasured = metrics.some(({ base, head }) => base !== null && head !== null);
  return !isMeasured && functions.length === 0 && findings.length === 0 && findingsCompared === false;
}

function judge(rule: GateRule, comparison: Comparison, baseline: Baseline | null): Judgement {
  switch (rule.type) {
    case 'metric':
      if (rule.against === 'base') return judgeMetric(rule, comparison);
      return rule.against === 'head alone'
        ? judgeHead(rule, comparison)
        : judgeBaseline(rule, comparison, baseline);
    case 'function':
      return judgeFunctions(rule, comparison);
    case 'findings':
      return judgeFindings(rule, comparison, baseline);
    case 'objective':
      return judgeObjective(rule, comparison);
    case 'any':
      return judgeAny(comparison);
  }
}

function worstOf(decisions: readonly GateDecision[]): GateOutcome {
  const worst = (['fail', 'unmeasured', 'unsure'] as const).find((outcome) =>
    decisions.some((decision) => decision.outcome === outcome),
  );
  return worst ?? 'pass';
}

/** The record to keep in a file of its own. Names in it are as the target has them: who writes it escapes them. */
export function decisionRecord(comparison: Comparison, gates: GateReport): DecisionRecord {
  const { createdAt, base, head, verdict, direction, verdictReason, method, warnings } = comparison;
  return {
    schemaVersion: 1,
    tool: { name: 'culprit', version: gates.toolVersion },
    compared: { createdAt, base, head, verdict, direction, verdictReason, method, warnings },
    ...gates,
  };
}
