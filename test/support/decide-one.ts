// One rule held against one comparison, as a command would.
import { decideGates, type GateOptions } from '../../src/findings/gates/decide-gates.ts';
import { parseGateRule } from '../../src/findings/gates/grammar/parse-rule.ts';
import type { Comparison } from '../../src/model/comparison/comparison.ts';
import type { GateDecision } from '../../src/model/comparison/gate.ts';

export const GATE_OPTIONS: GateOptions = {
  onUnsure: 'fail',
  now: new Date('2026-11-21T12:00:00Z'),
  toolVersion: '0.1.0',
  command: 'culprit compare base head',
};

export function decideOne(
  rule: string,
  comparison: Comparison,
  options: Partial<GateOptions> = {},
): GateDecision {
  const parsed = parseGateRule({ rule, source: '--fail-on' });
  if ('message' in parsed) throw new Error(parsed.message);
  return decideGates(comparison, [parsed], { ...GATE_OPTIONS, ...options }).decisions[0]!;
}
