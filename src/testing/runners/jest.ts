// Set-up for jest (`setupFilesAfterEnv: ['culprit/testing/jest']`): each test file is checked before and after.
import { answerFor, leakCheckForFile, leakMode } from './file-check.ts';

interface JestGlobals {
  afterAll(hook: () => Promise<void>, millis: number): void;
  expect: { getState(): { testPath?: string } };
}
interface CircusState {
  currentDescribeBlock?: { hooks?: unknown[] };
}

const jest = globalThis as typeof globalThis & JestGlobals;

if (leakMode() !== 'off') {
  const check = leakCheckForFile();
  jest.afterAll(() => answerFor(check, jest.expect.getState().testPath ?? 'this test file'), 30_000);
  keepLast(hooksOfFile());
}

/** jest-circus keeps its state under a symbol of its own. */
function hooksOfFile(): unknown[] | undefined {
  const key = Object.getOwnPropertySymbols(globalThis).find(
    ({ description }) => description === 'JEST_STATE_SYMBOL',
  );
  const state = key && ((globalThis as Record<symbol, unknown>)[key] as CircusState | undefined);
  return state?.currentDescribeBlock?.hooks;
}

/** jest-circus runs the hooks of a file in the order they are in: those that come later go before ours. */
function keepLast(hooks: unknown[] | undefined): void {
  const ours = hooks?.at(-1);
  if (!hooks || ours === undefined) return;
  Object.defineProperty(hooks, 'push', {
    configurable: true,
    writable: true,
    value: (...added: unknown[]) => {
      hooks.splice(hooks.indexOf(ours), 0, ...added);
      return hooks.length;
    },
  });
}
