// The real crash outputs in fixtures/crashes/outputs, and what triage makes of each.
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CrashComponent, CrashLabel } from '../../src/model/crash.ts';
import type { TriageReport } from '../../src/model/finding.ts';
import { triage } from '../../src/triage/triage.ts';

export const OUTPUTS = fileURLToPath(new URL('../../fixtures/crashes/outputs/', import.meta.url));

/** What the maker wrote beside each output. */
export interface Expected {
  nodeVersion: number;
  exitCode: number | null;
  signal: string | null;
  /** Whether the exit code is given: some ends cannot be told without it. */
  giveExit: boolean;
  /** null: the log holds no crash. */
  label: CrashLabel | 'clean-exit' | null;
  component?: CrashComponent;
  frame?: string;
  function?: string;
  firstCause?: string;
  causes?: number;
  occurrences?: number;
}

export const names = () => readdirSync(OUTPUTS).sort();

export const expectedOf = (name: string): Expected =>
  JSON.parse(readFileSync(join(OUTPUTS, name, 'expected.json'), 'utf8'));

export async function triageOutput(name: string): Promise<TriageReport> {
  const { giveExit, exitCode, signal } = expectedOf(name);
  const log = join(OUTPUTS, name, 'output.log');
  const report = join(OUTPUTS, name, 'report.json');
  return triage({
    logs: existsSync(log) ? [{ name: 'app.log', chunks: createReadStream(log) }] : [],
    reports: existsSync(report) ? [JSON.parse(readFileSync(report, 'utf8'))] : [],
    exit: giveExit ? { code: exitCode, signal } : undefined,
    version: 'test',
  });
}

/** The parts of a report that `expected` speaks of. */
export function summary(report: TriageReport, expected: Expected): Partial<Expected> {
  const { crash, subject } = report.findings[0] ?? {};
  const said: Record<keyof Expected, unknown> = {
    nodeVersion: expected.nodeVersion,
    exitCode: expected.exitCode,
    signal: expected.signal,
    giveExit: expected.giveExit,
    label: crash?.label ?? (/clean exit/.test(report.verdictReason) ? 'clean-exit' : null),
    component: crash?.component?.name,
    frame: subject?.file?.split('/').at(-1),
    function: subject?.function,
    firstCause: crash?.causes.at(-1)?.name,
    causes: crash?.causes.length,
    occurrences: crash?.occurrences,
  };
  const asked = Object.keys(expected) as (keyof Expected)[];
  return Object.fromEntries(asked.map((key) => [key, said[key]]));
}
