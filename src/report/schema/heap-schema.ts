// JSON Schema (draft 2020-12) of the JSON that `culprit heap` writes, version 1. schema/heap-report-v1.schema.json is
// this constant, written by its test.
import {
  HEAP_COLLECTION_KINDS,
  HEAP_OWNER_KINDS,
  HEAP_STEP_KINDS,
  type HeapClass,
  type HeapCollection,
  type HeapDuplicate,
  type HeapEntryGroup,
  type HeapGrowth,
  type HeapOwner,
  type HeapPlace,
  type HeapReport,
  type HeapSnapshotFacts,
  type HeapStep,
  type HeapVerdict,
  type RetainerPath,
} from '../../model/heap/heap-report.ts';
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
  string,
  text,
} from './schema-parts.ts';

const flag: JsonSchema = { type: 'boolean' };

const place = object<HeapPlace>(
  {
    script: string,
    file: string,
    line: orNull(ordinal),
    column: orNull(ordinal),
    variable: orNull(string),
    isDeclaration: flag,
  },
  {},
);

const step = object<HeapStep>(
  {
    kind: oneOf(HEAP_STEP_KINDS),
    name: string,
    className: string,
    place: orNull(place),
    repeats: ordinal,
    isSuspect: flag,
  },
  {},
);

const owner = object<HeapOwner>(
  { kind: oneOf(HEAP_OWNER_KINDS), name: string, className: string, place: orNull(place) },
  {},
);

export const RETAINER_PATH = object<RetainerPath>({ owner, steps: listOf(step) }, {});

const collection = object<HeapCollection>(
  {
    objectId: count,
    kind: oneOf(HEAP_COLLECTION_KINDS),
    className: string,
    entries: count,
    entriesAreMinimum: flag,
    shallowBytes: amount,
    retainedBytes: amount,
    path: RETAINER_PATH,
    newest: listOf(
      object<HeapEntryGroup>(
        { className: string, shape: listOf(string), count: ordinal, place: orNull(place) },
        {},
      ),
    ),
    isEngineOwned: flag,
  },
  {},
);

const growth = object<HeapGrowth>(
  {
    key: text,
    collection,
    grows: step,
    holders: ordinal,
    entries: listOf(count),
    retainedBytes: listOf(number),
    leakShareBytes: amount,
    grownBytes: number,
    exclusiveBytes: number,
    isMinor: flag,
  },
  {},
);

/** The schema of `HeapReport`. */
export const HEAP_REPORT_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'culprit heap report, version 1',
  ...object<HeapReport>(
    {
      schemaVersion: { const: 1 },
      tool: object<HeapReport['tool']>({ name: { const: 'culprit' }, version: string }, {}),
      verdict: oneOfAll<HeapVerdict>({
        'one-snapshot': 1,
        growth: 1,
        'no-growth': 1,
        'different-programs': 1,
      }),
      snapshots: listOf(
        object<HeapSnapshotFacts>({ path: string, nodes: count, edges: count, shallowBytes: amount }, {}),
      ),
      folder: string,
      growth: listOf(growth),
      collections: listOf(collection),
      classes: listOf(
        object<HeapClass>({ className: string, count, shallowBytes: amount, retainedBytes: amount }, {}),
      ),
      engineBytes: amount,
      duplicates: listOf(
        object<HeapDuplicate>(
          { text: orNull(string), hash: text, form: string, length: count, count, wastedBytes: amount },
          {},
        ),
      ),
      duplicateBytes: amount,
      warnings: listOf(string),
    },
    {},
  ),
};
