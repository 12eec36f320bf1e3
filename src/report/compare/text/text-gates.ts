// Gates as terminal text: each decision with its statement, and how to decide again.
import type { ChalkInstance } from 'chalk';
import type { GateDecision, GateOutcome, GateReport } from '../../../model/comparison/gate.ts';
import { hangingLines } from '../../layout.ts';

const MARKS: Record<GateOutcome, string> = {
  pass: 'passed',
  fail: 'FAILED',
  unsure: 'unsure',
  unmeasured: 'NOT MEASURED',
};

const NEVER_PASSES =
  'A gate does not pass when its data was not measured: add files that contain the data, or remove the rule.';

/** Strings must be escaped already; [] without gates. */
export function renderGates(gates: GateReport | null, paint: ChalkInstance, width: number): string[] {
  if (gates === null || gates.decisions.length === 0) return [];
  return [
    paint.bold('Gates'),
    ...gates.decisions.flatMap((decision) => [
      ...renderGateTitle(decision, paint, width, '   '),
      ...decision.accepted.flatMap((what) => hangingLines('      Accepted: ', what, width)),
    ]),
    ...(gates.outcome === 'unmeasured' ? hangingLines('   ', NEVER_PASSES, width) : []),
    ...hangingLines(
      '   ',
      `Evaluated ${gates.decidedAt} by culprit ${gates.toolVersion}. To evaluate again, run:`,
      width,
    ),
    `   ${gates.command}`,
  ];
}

/** "FAILED cpu.total>3% (--fail-on): cpu.total rose by ...", wrapped. */
export function renderGateTitle(
  { rule, source, outcome, statement }: GateDecision,
  paint: ChalkInstance,
  width: number,
  indent = '',
): string[] {
  const mark = MARKS[outcome];
  const color = {
    pass: paint.green,
    fail: paint.red.bold,
    unsure: paint.yellow,
    unmeasured: paint.red.bold,
  }[outcome];
  return hangingLines(`${indent}${mark} `, `${rule} (${source}): ${statement}`, width).map((line, index) =>
    index === 0 ? line.replace(mark, () => color(mark)) : line,
  );
}
