// JSON Schema of what `culprit preflight --json` writes, version 1.
import type { Preflight, PreflightStep } from '../../model/preflight.ts';
import {
  amount,
  count,
  type JsonSchema,
  listOf,
  object,
  oneOfAll,
  orNull,
  string,
  text,
} from './schema-parts.ts';

const step = object<PreflightStep>(
  {
    step: oneOfAll<PreflightStep['step']>({ passive: 1, light: 1, burst: 1, census: 1, snapshot: 1 }),
    when: oneOfAll<PreflightStep['when']>({ always: 1, 'when needed': 1, 'left out': 1 }),
    what: text,
  },
  { pauseMillis: amount, extraBytes: amount, reason: text },
);

export const PREFLIGHT_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'culprit preflight, version 1',
  ...object<Preflight>(
    {
      schemaVersion: { const: 1 },
      pid: count,
      command: string,
      nodeVersion: orNull(string),
      canAttach: { type: 'boolean' },
      inspector: oneOfAll<Preflight['inspector']>({ open: 1, closed: 1, unknown: 1 }),
      steps: listOf(step),
      notes: listOf(text),
    },
    {
      reason: text,
      cure: text,
      caveat: text,
      heapAtMostBytes: amount,
      roomBytes: amount,
      roomLimitedBy: text,
      threads: count,
    },
  ),
};
