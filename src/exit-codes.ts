// What the shell is told, by every program of ours.
import { AttachError, WorkloadError } from './errors.ts';

export const EXIT = { done: 0, gateFailed: 1, wrongUse: 2, cannotAttach: 3, interrupted: 130 } as const;

/** For an error that carries its cure. */
export function exitCodeOfError(error: unknown): number {
  return error instanceof AttachError || error instanceof WorkloadError ? EXIT.cannotAttach : EXIT.wrongUse;
}
