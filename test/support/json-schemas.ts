// The published JSON Schemas, made from the schemas in src/wire/report, and what is wrong with a document by both.
import { toJsonSchema } from '@valibot/to-json-schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as v from 'valibot';
import { familyCause, familyMember, familyReport } from '../../src/wire/family-report.ts';
import { preflight } from '../../src/wire/preflight.ts';
import { audit } from '../../src/wire/report/audit.ts';
import { reportCapture, reportLook } from '../../src/wire/report/capture.ts';
import { comparison, findingChange, functionChange } from '../../src/wire/report/comparison.ts';
import { crash } from '../../src/wire/report/crash.ts';
import { configurationFinding, crashFinding, finding } from '../../src/wire/report/finding.ts';
import {
  heapCollection,
  heapPlace,
  heapReport,
  heapStep,
  retainerPath,
} from '../../src/wire/report/heap-report.ts';
import { evidence, impact, subject } from '../../src/wire/report/impact.ts';
import { keepsAlive } from '../../src/wire/report/keeps-alive.ts';
import { pictures } from '../../src/wire/report/pictures/pictures.ts';
import { auditReport, diagnosisReport, report, triageReport } from '../../src/wire/report/report.ts';
import { reportContainer, reportProcess, reportTarget } from '../../src/wire/report/target.ts';
import { reportWarning } from '../../src/wire/report/warning.ts';
import { watchConfig } from '../../src/wire/watch/config.ts';
import { decision } from '../../src/wire/watch/decision.ts';
import { watchStatus } from '../../src/wire/watch/state.ts';

type Schema = v.GenericSchema;

interface Published {
  title: string;
  schema: Schema;
  /** Parts with a name of their own. */
  parts: Record<string, Schema>;
}

/** By file name in schema/. */
const PUBLISHED = {
  'report-v2': {
    title: 'culprit report, version 2',
    schema: report,
    parts: {
      diagnosisReport,
      auditReport,
      triageReport,
      finding,
      configurationFinding,
      crashFinding,
      subject,
      impact,
      evidence,
      crash,
      audit,
      keepsAlive,
      pictures,
      reportCapture,
      reportLook,
      reportWarning,
      reportTarget,
      reportProcess,
      reportContainer,
      retainerPath,
      heapPlace,
    },
  },
  'comparison-v1': {
    title: 'culprit comparison, version 1',
    schema: comparison,
    parts: { functionChange, findingChange },
  },
  'heap-report-v1': {
    title: 'culprit heap report, version 1',
    schema: heapReport,
    parts: { heapCollection, heapStep, retainerPath, heapPlace },
  },
  'family-report-v1': {
    title: 'culprit family report, version 1',
    schema: familyReport,
    parts: { familyMember, familyCause, diagnosisReport, finding },
  },
  'watch-decision-v1': { title: 'culprit watch decision, version 1', schema: decision, parts: {} },
  'watch-status-v1': { title: 'culprit watch status, version 1', schema: watchStatus, parts: {} },
  'preflight-v1': { title: 'culprit preflight, version 1', schema: preflight, parts: {} },
} satisfies Record<string, Published>;

export type SchemaName = keyof typeof PUBLISHED;
export const SCHEMA_NAMES = Object.keys(PUBLISHED) as SchemaName[];

/** JSON Schema, draft 2020-12. */
export function jsonSchemaOf(name: SchemaName) {
  const { title, schema, parts } = PUBLISHED[name];
  const { $schema, ...rest } = toJsonSchema(schema, { target: 'draft-2020-12', definitions: parts });
  return { $schema, title, ...rest };
}

/** Of `culprit.watch.json`, for editors: strict, as the reader is. */
export function watchConfigJsonSchema() {
  const { $schema, ...rest } = toJsonSchema(watchConfig, { target: 'draft-2020-12' });
  return { $schema, title: 'culprit watch configuration', ...rest };
}

const formats = { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) };
const validators = new Map(
  SCHEMA_NAMES.map((name) => [name, new Ajv2020({ allErrors: true, formats }).compile(jsonSchemaOf(name))]),
);

/** Everything that is wrong with a document, said by JSON Schema and by valibot; empty: nothing. */
export function schemaErrors(name: SchemaName, document: unknown): string[] {
  const validate = validators.get(name)!;
  validate(document);
  const { issues = [] } = v.safeParse(PUBLISHED[name].schema, document);
  return [
    ...(validate.errors ?? []).map(({ instancePath, message }) => `JSON Schema: ${instancePath} ${message}`),
    ...issues.map((issue) => `valibot: ${v.getDotPath(issue) ?? ''} ${issue.message}`),
  ];
}

/** Who of the two turns a document down: both or none, or they say different things. */
export function rejectedBy(name: SchemaName, document: unknown): string[] {
  return [...new Set(schemaErrors(name, document).map((error) => error.split(':')[0]!))];
}

/** Of a report of any kind. */
export const reportErrors = (document: unknown): string[] => schemaErrors('report-v2', document);
