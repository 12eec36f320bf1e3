// culprit/testing: leak assertions for people's own tests.
import type { LeakOptions, LeakResult } from './contract.ts';
import { leakErrorOf } from './leak-error.ts';
import { type Body, measureLeaks } from './measure/measure.ts';

export type { LeakFinding, LeakOptions, LeakResult } from './contract.ts';
export { LeakError } from './leak-error.ts';
export { type Body, measureLeaks } from './measure/measure.ts';
export { leakCheckForFile } from './runners/file-check.ts';

/**
 * Runs the body in rounds and rejects with a LeakError when something grew in every one of them. An error of the body
 * comes out unchanged.
 */
export async function expectNoLeak(body: Body, options: LeakOptions = {}): Promise<LeakResult> {
  const result = await measureLeaks(body, options);
  if (!result.isClean) throw leakErrorOf(result);
  return result;
}
