// The errors that culprit raises on purpose: each says what went wrong and what to do. cli/ alone turns them into text and
// an exit code; anything else that is thrown is a defect of culprit and keeps its stack.

/** A failure a person can act on. `message` is one sentence; `hint` is the cure, also one sentence or two. */
export class CulpritError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.hint = hint;
  }
}

/** The command line asked for something that makes no sense, or a target that does not exist. Exit code 2. */
export class UsageError extends CulpritError {}

/** The target could not be attached to, or nothing could be captured from it. Exit code 3. */
export class AttachError extends CulpritError {}

/** A program or load that we were to run did not start, failed, or did no work: there is nothing to compare. Exit code 3. */
export class WorkloadError extends CulpritError {}

/** A file given to us is not readable as what it claims to be. Exit code 2. */
export class RecordingError extends CulpritError {}
