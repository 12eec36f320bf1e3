// The part of the JSON Schema that tells how a process ended.
import { CRASH_COMPONENTS, CRASH_LABELS, type Crash, type CrashCause } from '../../model/crash.ts';
import { count, listOf, object, oneOf, ordinal, orNull, share, string, text } from './schema-parts.ts';

const cause = object<CrashCause>(
  {
    name: string,
    message: string,
    code: orNull(text),
    function: orNull(string),
    file: orNull(string),
    line: orNull(ordinal),
  },
  {},
);

/** The schema of `Crash`. */
export const CRASH = object<Crash>(
  {
    label: oneOf(CRASH_LABELS),
    component: orNull(
      object<NonNullable<Crash['component']>>(
        { name: oneOf(CRASH_COMPONENTS), confidence: share, reason: text },
        {},
      ),
    ),
    causes: listOf(cause),
    exitCode: orNull(count),
    signal: orNull(text),
    occurrences: ordinal,
    firstSeen: orNull(text),
    lastSeen: orNull(text),
    writers: listOf(string),
    restarts: orNull(count),
    lines: listOf(string),
  },
  {},
);
