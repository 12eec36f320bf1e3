// JSON Schema (draft 2020-12) of the JSON report, version 1. The compiler checks that every field of the types is
// here and that optional fields are; schema/report-v1.schema.json is this constant, written by its test.
import {
  type Audit,
  type AuditCheck,
  type Evidence,
  FINDING_KINDS,
  type Finding,
  type Impact,
  type KeepsAlive,
  type KeptAliveBy,
  type NotApplicable,
  type Report,
  type ReportCapture,
  type ReportContainer,
  type ReportTarget,
  SEVERITIES,
  type Subject,
  type Verdict,
} from '../../model/finding.ts';
import { ALIVE_KINDS } from '../../model/keep-alive.ts';
import { METRIC_NAMES } from '../text/impact-text.ts';
import { CRASH } from './crash-schema.ts';
import { RETAINER_PATH } from './heap-schema.ts';
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

export type { JsonSchema } from './schema-parts.ts';

const subject = object<Subject>(
  {
    type: oneOfAll<Subject['type']>({
      function: 1,
      collection: 1,
      socket: 1,
      file: 1,
      process: 1,
      thread: 1,
      memory: 1,
      limit: 1,
      pool: 1,
      request: 1,
      host: 1,
      setting: 1,
      error: 1,
      dependency: 1,
    }),
    name: string,
    function: orNull(string),
    file: orNull(string),
    line: orNull(ordinal),
    column: orNull(ordinal),
    package: orNull(string),
    thread: count,
  },
  {},
);

const impact = object<Impact>(
  {
    metric: oneOfAll<Impact['metric']>(METRIC_NAMES),
    value: number,
    unit: oneOfAll<Impact['unit']>({ share: 1, ms: 1, bytes: 1, 'bytes/s': 1, 'per second': 1, count: 1 }),
  },
  { share, exhaustionSeconds: amount, limit: string },
);

const evidence = object<Evidence>({ source: text, statement: text }, { value: number, unit: string });

const finding = object<Finding>(
  {
    rank: ordinal,
    kind: oneOf(FINDING_KINDS),
    fingerprint: text,
    severity: oneOf(SEVERITIES),
    confidence: share,
    score: number,
    title: text,
    subject,
    impact,
    evidence: listOf(evidence),
    symptoms: listOf(string),
    innocentExplanation: string,
    advice: listOf(string),
    caveats: listOf(string),
  },
  { retainerPath: RETAINER_PATH, references: listOf(text), crash: CRASH },
);

const containerMemory = object<NonNullable<ReportContainer['memory']>>(
  { usageBytes: amount },
  {
    workingSetBytes: amount,
    unreclaimableBytes: amount,
    anonBytes: amount,
    pageCacheBytes: amount,
    mappedFileBytes: amount,
    sharedBytes: amount,
    socketBytes: amount,
    kernelBytes: amount,
    swapBytes: amount,
    peakBytes: amount,
    ownBytes: amount,
    rssBytes: amount,
    rssAnonBytes: amount,
    rssFileBytes: amount,
    heapUsedBytes: amount,
    heapTotalBytes: amount,
    externalBytes: amount,
  },
);

const container = object<ReportContainer>(
  { memoryLimitBytes: orNull(amount), cpuQuotaCores: orNull(amount), pidsLimit: orNull(amount) },
  {
    cgroupVersion: { enum: [1, 2] },
    memory: containerMemory,
    oomKills: amount,
    throttledShare: share,
    pids: amount,
    fds: amount,
    fdLimit: amount,
  },
);

const target = object<ReportTarget>(
  {
    pid: orNull(count),
    nodeVersion: orNull(string),
    title: orNull(string),
    uptimeSeconds: orNull(amount),
    threads: listOf(object<ReportTarget['threads'][number]>({ id: count, name: string }, {})),
    container: orNull(container),
  },
  { location: text },
);

const capture = object<ReportCapture>(
  {
    startedAt: orNull(string),
    durationMillis: amount,
    steps: listOf(string),
    files: listOf(object<ReportCapture['files'][number]>({ kind: string, thread: count, path: string }, {})),
    overhead: object<ReportCapture['overhead']>(
      { pausesMillis: listOf(amount) },
      { eventLoopDelayBeforeMillis: amount, eventLoopDelayDuringMillis: amount, ownFds: count },
    ),
    restored: orNull({ type: 'boolean' }),
    warnings: listOf(string),
  },
  {},
);

const keptAliveBy = object<KeptAliveBy>(
  {
    kind: oneOf(ALIVE_KINDS),
    count: ordinal,
    statement: text,
    examples: listOf(string),
    through: string,
    function: orNull(string),
    file: orNull(string),
    line: orNull(ordinal),
    column: orNull(ordinal),
    package: orNull(string),
    thread: count,
    advice: text,
  },
  {},
);

const keepsAlive = object<KeepsAlive>({ summary: text, by: listOf(keptAliveBy), notes: listOf(string) }, {});

const audit = object<Audit>(
  {
    level: { type: 'integer', minimum: 1, maximum: 5 },
    meaning: text,
    missingForNext: listOf(text),
    checked: listOf(
      object<AuditCheck>(
        {
          check: text,
          outcome: oneOfAll<AuditCheck['outcome']>({ ok: 1, finding: 1, unknown: 1 }),
          value: string,
        },
        {},
      ),
    ),
  },
  {},
);

/** The schema of `Report`. */
export const REPORT_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'culprit report, version 1',
  ...object<Report>(
    {
      schemaVersion: { const: 1 },
      tool: object<Report['tool']>({ name: { const: 'culprit' }, version: string }, {}),
      target,
      capture,
      verdict: oneOfAll<Verdict>({ findings: 1, healthy: 1, 'too-little-data': 1 }),
      verdictReason: string,
      findings: listOf(finding),
      notApplicable: listOf(object<NotApplicable>({ kind: oneOf(FINDING_KINDS), reason: text }, {})),
      warnings: listOf(string),
    },
    { keepsAlive, audit },
  ),
};
