// Gates on the command line: rules from --fail-on and the config file, what is accepted, the stored baseline, the record.

import { existsSync } from 'node:fs';
import type { CompareResult } from '../comparison/compare.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { applyAccepted } from '../findings/gates/apply-accepted.ts';
import { baselineOf } from '../findings/gates/baseline-of.ts';
import { decideGates, decisionRecord } from '../findings/gates/decide-gates.ts';
import type { GateRule } from '../findings/gates/grammar/gate-rule.ts';
import { parseGateRules } from '../findings/gates/grammar/parse-rule.ts';
import { baselineMismatches } from '../findings/gates/judge-baseline.ts';
import type { AcceptedEntry } from '../model/comparison/accepted.ts';
import type { Baseline } from '../model/comparison/baseline.ts';
import type { Comparison } from '../model/comparison/comparison.ts';
import { readAcceptFile } from '../recording/files/accept-file.ts';
import { readBaseline, writeBaseline } from '../recording/files/baseline-file.ts';
import { GATE_CONFIG_FILE, type GateConfig, readGateConfig } from '../recording/files/gate-config.ts';
import { quote } from '../remote/shell-quote.ts';
import { jsonForTerminal } from '../report/escape.ts';
import { VERSION } from '../version.ts';
import type { GateOptions } from './options/comparison-options.ts';
import { writeWhole } from './output.ts';
import { tryToWrite } from './outputs/failures.ts';

export interface Gates {
  config: GateConfig;
  rules: GateRule[];
  onUnsure: 'pass' | 'fail';
  accepted: AcceptedEntry[];
  baseline: Baseline | null;
}

const ACCEPT_FILE = 'culprit.accepted.json';

/** Reads and checks everything before anything is measured. Throws UsageError or RecordingError. */
export function readGates(flags: GateOptions): Gates {
  const configFile = flags.config ?? (existsSync(GATE_CONFIG_FILE) ? GATE_CONFIG_FILE : undefined);
  const config = configFile === undefined ? { gates: [] } : readGateConfig(configFile);
  const given = (flags.failOn ?? []).map((rule) => ({ rule, source: '--fail-on' }));
  const { rules, errors } = parseGateRules([...given, ...config.gates]);
  if (errors[0]) throw new UsageError(errors[0].message, errors[0].hint);
  const acceptFile =
    flags.accepted ?? config.acceptFile ?? (existsSync(ACCEPT_FILE) ? ACCEPT_FILE : undefined);
  const baselineFile = flags.baseline ?? config.baselineFile;
  return {
    config,
    rules,
    onUnsure: parseOnUnsure(flags.onUnsure) ?? config.onUnsure ?? 'pass',
    accepted: acceptFile === undefined ? [] : readAcceptFile(acceptFile),
    baseline: baselineFile === undefined ? null : readBaseline(baselineFile),
  };
}

function parseOnUnsure(word: string | undefined): 'pass' | 'fail' | undefined {
  if (word === undefined || word === 'pass' || word === 'fail') return word;
  throw new UsageError(`--on-unsure cannot be "${word}".`, 'Give pass or fail.');
}

/** The same comparison with its gates decided; without rules `gates` stays null. */
export function withGates(comparison: Comparison, gates: Gates): Comparison {
  const now = new Date();
  const { findings, warnings, notices } = applyAccepted(comparison.findings, gates.accepted, now);
  const judged: Comparison = {
    ...comparison,
    findings,
    warnings: [
      ...comparison.warnings,
      ...warnings,
      ...notices,
      ...(gates.baseline ? baselineMismatches(gates.baseline, comparison) : []),
    ],
  };
  if (gates.rules.length === 0) return judged;
  const { onUnsure, baseline } = gates;
  const options = { onUnsure, baseline, now, toolVersion: VERSION, command: commandLine() };
  return { ...judged, gates: decideGates(judged, gates.rules, options) };
}

/** Whether no gate is unsure any more: more runs would decide nothing. */
export function areGatesSure({ comparison }: Pick<CompareResult, 'comparison'>, gates: Gates): boolean {
  // What rests on findings is looked at when the runs are done.
  const byRuns = gates.rules.filter(({ type }) => type === 'metric' || type === 'function' || type === 'any');
  const report = withGates(comparison, { ...gates, rules: byRuns }).gates;
  return report === null || report.outcome === 'pass' || report.outcome === 'fail';
}

/** What gates make of the exit code. A rule about what was not measured passes nothing and fails nothing. */
export function gatesExitCode({ gates }: Comparison): ExitCode {
  if (gates === null || gates.passed) return EXIT.done;
  return gates.outcome === 'unmeasured' ? EXIT.cannotAttach : EXIT.gateFailed;
}

export function writeGateFiles(comparison: Comparison, flags: GateOptions): void {
  const { saveBaseline } = flags;
  if (saveBaseline !== undefined)
    tryToWrite(() => writeBaseline(saveBaseline, baselineOf(comparison, new Date())));
  if (comparison.gates && flags.record !== undefined)
    writeWhole(flags.record, `${jsonForTerminal(decisionRecord(comparison, comparison.gates))}\n`);
}

/** As a person would type it again. */
function commandLine(): string {
  return ['culprit', ...process.argv.slice(2)].map(quote).join(' ');
}
