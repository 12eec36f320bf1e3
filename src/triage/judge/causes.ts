// The table of causes: the first row that matches an end gives its label. To add a cause, add a row where it belongs;
// its example is its test.
import type { Ending } from '../ends/ending.ts';
import { rethrownBy } from '../ends/rethrown.ts';
import type { Circumstances } from './advice.ts';
import { type Cause, type EndFacts, factsOf, type Label } from './cause.ts';
import { ONLY_MESSAGE, THROWN } from './causes/code.ts';
import { HUNG_UP, NOT_REACHED, REFUSED_CREDENTIALS } from './causes/dependency.ts';
import {
  CONTAINER_FULL,
  HEAP_FULL,
  MACHINE_FULL,
  NO_MEMORY_LEFT,
  OBJECT_TOO_LARGE,
  WORKER_HEAP_FULL,
} from './causes/memory.ts';
import { CANNOT_START } from './causes/modules-and-ports.ts';
import {
  CLEAN_EXIT,
  FAILED_PROBE,
  NATIVE_CODE,
  NOTHING_SAID,
  RESTARTED_OVER_AND_OVER,
  SIGNALS,
  STOPPED_BY_PLATFORM,
  WINDOWS_STATUS,
} from './causes/outside.ts';
import {
  BAD_START_CODE,
  BEFORE_START,
  EXIT_13,
  NOT_STARTED_BY_KUBERNETES,
  SETTING_SAID,
  WHILE_LOADING,
} from './causes/start.ts';

/** What is certain first; errors from the more telling to the less; then ends without an error. */
export const CAUSES: readonly Cause[] = [
  OBJECT_TOO_LARGE,
  HEAP_FULL,
  CONTAINER_FULL,
  MACHINE_FULL,
  ...BEFORE_START,
  WORKER_HEAP_FULL,
  NO_MEMORY_LEFT,
  REFUSED_CREDENTIALS,
  ...CANNOT_START,
  ...NOT_REACHED,
  HUNG_UP,
  ...WHILE_LOADING,
  SETTING_SAID,
  ONLY_MESSAGE,
  ...THROWN,
  NATIVE_CODE,
  FAILED_PROBE,
  NOT_STARTED_BY_KUBERNETES,
  STOPPED_BY_PLATFORM,
  WINDOWS_STATUS,
  ...SIGNALS,
  CLEAN_EXIT,
  EXIT_13,
  BAD_START_CODE,
  RESTARTED_OVER_AND_OVER,
  NOTHING_SAID,
];

export interface Verdict {
  cause: Cause;
  label: Label;
  /** 0..1. */
  confidence: number;
}

/** What ended a process, in one word, from all that is told of its end. */
export function verdictOf(ending: Ending): Verdict {
  const end = factsOf(ending);
  const cause = CAUSES.find((each) => each.matches(end))!;
  const { confidence } = cause;
  return {
    cause,
    label: labelIn(cause, end),
    confidence: typeof confidence === 'number' ? confidence : confidence(end),
  };
}

/** What to do: settings with numbers from the log, the line to change, the next command. */
export function adviceFor(ending: Ending, around: Circumstances): string[] {
  const end = factsOf(ending);
  const thrown = rethrownBy(ending);
  return [
    ...(thrown
      ? [
          `Handle the errors of ${thrown.package} where you create its object: with an "error" listener, or in the callback that its calls accept. Then a failure affects one request and does not end the process.`,
        ]
      : []),
    ...cureOf(ending).cure(end, around),
  ];
}

/** The row whose cure it is: of the same label, the first one that the first cause resembles. */
export function cureOf(ending: Ending): Cause {
  const { cause, label } = verdictOf(ending);
  const end = factsOf(ending);
  return CAUSES.find((each) => labelIn(each, end) === label && each.resembles?.(end)) ?? cause;
}

const labelIn = ({ label }: Cause, end: EndFacts): Label => (typeof label === 'string' ? label : label(end));
