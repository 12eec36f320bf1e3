// What the reader throws for a file that is not a heap snapshot, or no longer a whole one.

/** The message ends the sentence "<file> cannot be read as a heap snapshot: ...". */
export class MalformedSnapshot extends Error {}

/** The same for a file that stops too early: the cure is another one. */
export class TruncatedSnapshot extends MalformedSnapshot {}
