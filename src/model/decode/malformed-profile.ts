// What is thrown for input that is no profile.

/** Thrown for input that is not a CPU or heap profile; the message says what is wrong with it. */
export class MalformedProfile extends Error {}
