// The config file of gates, `culprit.json`: what to fail on and how to measure. Rules in it are text here; what they
// mean is known where they are decided.
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import { nearestName } from '../../model/nearest-name.ts';
import { DAY_MILLIS, parseDuration } from '../../units/duration.ts';
import { readCheckedJson } from './checked-json.ts';

export const GATE_CONFIG_FILE = 'culprit.json';

export interface GateConfig {
  /** Rules as --fail-on takes them, error budgets among them, and where each was written. */
  gates: { rule: string; source: string }[];
  /** Absent below: not said in the file. */
  onUnsure?: 'pass' | 'fail';
  /** Changes smaller than this part are called the same: 0.01. */
  smallest?: number;
  budgetMillis?: number;
  /** Whole paths; in the file they are relative to it. */
  acceptFile?: string;
  baselineFile?: string;
}

const rule = v.pipe(
  v.string('has to be text like "cpu.total>3%"'),
  v.trim(),
  v.minLength(1, 'is empty'),
  v.maxLength(1_000, 'is too long'),
);
const path = v.pipe(
  v.string('has to be a path'),
  v.minLength(1, 'is empty'),
  v.maxLength(4_000, 'is too long'),
);

const smallest = v.pipe(
  v.string('has to be text like "1%"'),
  v.regex(/^\d+(\.\d+)?\s*%$/, 'has to be text like "1%"'),
  v.transform((text) => Number.parseFloat(text) / 100),
  v.minValue(0.0001, 'has to be at least 0.01%'),
  v.maxValue(0.5, 'has to be at most 50%'),
);

const budget = v.pipe(
  v.string('has to be text like "5m"'),
  v.regex(/^\d+(\.\d+)?\s*(s|m|min|h)$/, 'has to be text like "5m" or "90s"'),
  v.transform((text) => parseDuration(text) ?? 0),
  v.minValue(1_000, 'has to be at least 1s'),
  v.maxValue(DAY_MILLIS, 'has to be at most 24h'),
);

const FIELDS = {
  $schema: v.optional(v.string('has to be text')),
  gates: v.optional(v.pipe(v.array(rule, 'has to be a list of rules'), v.maxLength(1_000, 'is too long'))),
  errorBudgets: v.optional(
    v.pipe(v.array(rule, 'has to be a list of error budgets'), v.maxLength(1_000, 'is too long')),
  ),
  onUnsure: v.optional(v.picklist(['pass', 'fail'], 'has to be "pass" or "fail"')),
  smallest: v.optional(smallest),
  budget: v.optional(budget),
  accepted: v.optional(path),
  baseline: v.optional(path),
};
const NAMES = Object.keys(FIELDS);

const gateConfigSchema = v.pipe(
  v.custom<Record<string, unknown>>(
    (content) => typeof content === 'object' && content !== null && !Array.isArray(content),
    'it has to be an object',
  ),
  v.check(
    (content) => unknownField(content) === undefined,
    ({ input }) => unknownFieldWords(unknownField(input) ?? ''),
  ),
  v.object(FIELDS),
);

/** Throws RecordingError when the file is missing, no JSON, or has a field that is wrong or unknown. */
export function readGateConfig(file: string): GateConfig {
  const content = readCheckedJson(file, {
    schema: gateConfigSchema,
    what: 'a config file of culprit',
    hint: `It may have these fields: ${NAMES.join(', ')}.`,
  });
  const { gates = [], errorBudgets = [], onUnsure, smallest, budget, accepted, baseline } = content;
  const folder = dirname(resolve(file));
  const written = (name: string) => (text: string, index: number) => ({
    rule: name === 'errorBudgets' && !text.startsWith('slo:') ? `slo:${text}` : text,
    source: `${file}, ${name}[${index}]`,
  });
  return {
    gates: [...gates.map(written('gates')), ...errorBudgets.map(written('errorBudgets'))],
    ...(onUnsure !== undefined && { onUnsure }),
    ...(smallest !== undefined && { smallest }),
    ...(budget !== undefined && { budgetMillis: budget }),
    ...(accepted !== undefined && { acceptFile: resolve(folder, accepted) }),
    ...(baseline !== undefined && { baselineFile: resolve(folder, baseline) }),
  };
}

function unknownField(content: Record<string, unknown>): string | undefined {
  return Object.keys(content).find((name) => !NAMES.includes(name));
}

function unknownFieldWords(name: string): string {
  const near = nearestName(name, NAMES);
  return `there is no field "${name.slice(0, 100)}"${near ? `; did you mean ${near}?` : ''}`;
}
