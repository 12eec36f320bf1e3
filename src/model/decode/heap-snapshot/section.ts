// One value of the snapshot's outermost object, read chunk by chunk.

export interface Section {
  /**
   * Reads on from `from` and returns where it stopped: behind the value when that is `done`, else at the end of the
   * chunk. Keeps no reference to the chunk. Throws MalformedSnapshot.
   */
  consume(chunk: Uint8Array, from: number): number;
  done: boolean;
}
