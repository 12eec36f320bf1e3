// JSON Schema (draft 2020-12) of a comparison, version 1. The compiler checks that every field of the types is here;
// schema/comparison-v1.schema.json is this constant, written by its test.

import type { MachineClass } from '../../model/comparison/baseline.ts';
import {
  CHANGE_VERDICTS,
  type Change,
  type CompareMethod,
  type Comparison,
  type Direction,
  type FindingChange,
  type FunctionChange,
  type MetricChange,
  type SideSummary,
} from '../../model/comparison/comparison.ts';
import { GATE_OUTCOMES, type GateDecision, type GateReport } from '../../model/comparison/gate.ts';
import { METRICS, type MetricWindows } from '../../model/comparison/run.ts';
import { FINDING_KINDS, SEVERITIES } from '../../model/finding.ts';
import type { FrameOwner } from '../../model/frame.ts';
import {
  amount,
  count,
  type JsonSchema,
  listOf,
  number,
  object,
  oneOf,
  oneOfAll,
  ordinal,
  orNull,
  share,
  string,
  text,
} from './schema-parts.ts';

const verdict = oneOf(CHANGE_VERDICTS);
const direction = oneOfAll<Direction>({ worse: 1, better: 1, none: 1 });
const flag: JsonSchema = { type: 'boolean' };

const change = {
  base: orNull(number),
  head: orNull(number),
  difference: orNull(number),
  differenceLow: orNull(number),
  differenceHigh: orNull(number),
  change: orNull(number),
  changeLow: orNull(number),
  changeHigh: orNull(number),
  verdict,
  direction,
  runsNeeded: orNull(amount),
} satisfies Record<keyof Change, JsonSchema>;

const metric = object<MetricChange>(
  {
    ...change,
    name: oneOfAll<MetricChange['name']>(METRICS),
    unit: text,
    better: oneOfAll<MetricChange['better']>({ lower: 1, higher: 1 }),
    words: text,
  },
  { headLow: orNull(number), headHigh: orNull(number) },
);

const sides = object<FunctionChange['total']>({ base: orNull(number), head: orNull(number) }, {});

const functionChange = object<FunctionChange>(
  {
    ...change,
    function: string,
    file: orNull(string),
    line: orNull(ordinal),
    package: orNull(string),
    owner: oneOfAll<FrameOwner>({ app: 1, library: 1, node: 1, native: 1 }),
    total: sides,
    allocation: orNull(sides),
    movedWith: listOf(string),
    presence: oneOfAll<FunctionChange['presence']>({ both: 1, new: 1, gone: 1 }),
  },
  {},
);

const finding = object<FindingChange>(
  {
    fingerprint: text,
    kind: oneOf(FINDING_KINDS),
    severity: oneOf(SEVERITIES),
    title: text,
    file: orNull(string),
    line: orNull(ordinal),
    function: orNull(string),
    advice: listOf(string),
    presence: oneOfAll<FindingChange['presence']>({ new: 1, gone: 1, both: 1 }),
    accepted: orNull(
      object<NonNullable<FindingChange['accepted']>>({ reason: string, by: string, until: string }, {}),
    ),
  },
  {},
);

const side = object<SideSummary>(
  {
    label: string,
    commit: orNull(string),
    runs: count,
    nodeVersions: listOf(string),
    requests: orNull(amount),
  },
  {},
);

const method = object<CompareMethod>(
  {
    paired: flag,
    confidence: share,
    falseAlarm: share,
    smallest: amount,
    looks: count,
    seconds: orNull(amount),
  },
  {},
);

const decision = object<GateDecision>(
  {
    rule: string,
    source: string,
    outcome: oneOf(GATE_OUTCOMES),
    statement: string,
    evidence: { type: 'object', additionalProperties: orNull({ anyOf: [number, string] }) },
    accepted: listOf(string),
  },
  {},
);

const gates = object<GateReport>(
  {
    outcome: oneOf(GATE_OUTCOMES),
    onUnsure: oneOfAll<GateReport['onUnsure']>({ pass: 1, fail: 1 }),
    passed: flag,
    decisions: listOf(decision),
    decidedAt: string,
    toolVersion: string,
    command: string,
  },
  {},
);

const windows = object<MetricWindows>(
  { metric: oneOfAll<MetricWindows['metric']>(METRICS), values: listOf(number) },
  {},
);

const machine = object<MachineClass>({ cpuModel: string, cpuCount: count }, {});

/** The schema of `Comparison`. */
export const COMPARISON_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'culprit comparison, version 1',
  ...object<Comparison>(
    {
      schemaVersion: { const: 1 },
      tool: object<Comparison['tool']>({ name: { const: 'culprit' }, version: string }, {}),
      createdAt: string,
      base: side,
      head: side,
      verdict,
      direction,
      verdictReason: string,
      runsNeeded: orNull(amount),
      culprit: orNull(functionChange),
      metrics: listOf(metric),
      functions: listOf(functionChange),
      findings: listOf(finding),
      per: oneOfAll<Comparison['per']>({ request: 1, second: 1, run: 1 }),
      method,
      gates: orNull(gates),
      warnings: listOf(string),
    },
    {
      findingsCompared: flag,
      headWindows: listOf(windows),
      machine: orNull(machine),
    },
  ),
};
