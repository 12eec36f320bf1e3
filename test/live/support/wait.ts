// Waiting for something to become true, by asking again: never a sleep in the hope that it is enough.

export const delay = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis));

/** Resolves with the first value that is neither false, null nor undefined. Throws after `withinMillis`. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  withinMillis = 20_000,
  everyMillis = 50,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + withinMillis;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== null && answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`Waited ${withinMillis} ms in vain: ${what}.`);
    await delay(everyMillis);
  }
}
