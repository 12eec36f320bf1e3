// What triage makes of a log that is text.
import type { TriageReport } from '../../src/model/finding.ts';
import { triage } from '../../src/triage/triage.ts';

async function* chunksOf(log: string) {
  yield log;
}

export const triageText = (log: string, exitCode?: number): Promise<TriageReport> =>
  triage({
    logs: [{ name: 'app.log', chunks: chunksOf(log) }],
    exit: exitCode === undefined ? undefined : { code: exitCode, signal: null },
    version: 'test',
  });
