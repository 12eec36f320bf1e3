// The exit codes of the programs and what each means: the one source of the help texts and of the table in the README.
import { AttachError, WorkloadError } from './errors.ts';

export const EXIT = { done: 0, gateFailed: 1, wrongUse: 2, cannotAttach: 3, interrupted: 130 } as const;
export type ExitName = keyof typeof EXIT;
export type ExitCode = (typeof EXIT)[ExitName];

/** `brief` is for a line of help; the README continues it with `detail`. */
export const EXIT_MEANINGS: Readonly<Record<ExitName, { brief: string; detail: string }>> = {
  done: { brief: 'done', detail: ' (also when something was found)' },
  gateFailed: { brief: 'a gate failed', detail: ': `--fail-on`, `--fail-on-growth`, `--min-level`' },
  wrongUse: {
    brief: 'usage error',
    detail: ': unknown target, bad option, a file that is not a recording, an output that cannot be written',
  },
  cannotAttach: {
    brief: 'could not attach or capture',
    detail:
      '; the message says why and what to do. Also `triage --fail-on` where the log does not show how the process ended, and `compare` where nothing can be compared or a gate is about something that was not measured',
  },
  interrupted: {
    brief: 'interrupted before there was enough to judge',
    detail:
      '. Ctrl-C ends the capture early, restores the target and reports what was captured; where that is enough for a verdict, the exit code is the usual one',
  },
};

/** For an error that carries its cure. */
export function exitCodeOfError(error: unknown): ExitCode {
  return error instanceof AttachError || error instanceof WorkloadError ? EXIT.cannotAttach : EXIT.wrongUse;
}
