// What is wrong on one side and not on the other: both are started once more, put under load, and diagnosed as any process
// would be.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULTS } from '../defaults.ts';
import { diagnose } from '../diagnose.ts';
import { compareFindings, confirmNew } from '../findings/compare/compare-findings.ts';
import type { FindingChange } from '../model/comparison/comparison.ts';
import type { Report } from '../model/finding.ts';
import { record } from '../record.ts';
import { readRecording } from '../recording/reader.ts';
import { createRecordingWriter } from '../recording/writer.ts';
import { runLoad } from '../workload/load-command.ts';
import { type PairSpec, SIDE_NAMES, type SideName, startSide } from './bench-pair.ts';

export interface FindingsLook {
  durationMillis: number;
  onProgress?(step: string): void;
}

/** New findings are looked at a second time before they are told. */
export async function findChangedFindings(
  spec: PairSpec,
  look: FindingsLook,
  signal: AbortSignal,
): Promise<FindingChange[]> {
  const first = await diagnoseBoth(spec, look, signal);
  if (!first.some(({ presence }) => presence === 'new')) return first;
  return confirmNew(first, await diagnoseBoth(spec, look, signal));
}

async function diagnoseBoth(
  spec: PairSpec,
  look: FindingsLook,
  signal: AbortSignal,
): Promise<FindingChange[]> {
  look.onProgress?.('diagnosing both sides');
  const one = (side: SideName) => diagnoseSide(side, spec, look.durationMillis, signal);
  const reports = spec.isPortFixed
    ? [await one('base'), await one('head')]
    : await Promise.all(SIDE_NAMES.map(one));
  return compareFindings([reports[0]!], [reports[1]!]);
}

async function diagnoseSide(
  side: SideName,
  spec: PairSpec,
  durationMillis: number,
  signal: AbortSignal,
): Promise<Report> {
  const server = await startSide(side, spec, signal);
  const done = new AbortController();
  const out = join(spec.out, `findings-${side}-${process.pid}`);
  try {
    const load = (async () => {
      while (!done.signal.aborted) {
        const { load: command = '', loadDir: cwd, longestLoadMillis: longestMillis } = spec;
        await runLoad({ command, cwd, port: server.port, side, longestMillis }, done.signal).catch(() => {});
      }
    })();
    await record({ kind: 'process', pid: server.pid }, createRecordingWriter(out), {
      durationMillis,
      intervalMillis: DEFAULTS.capture.intervalMillis,
      maxPauseMillis: DEFAULTS.capture.maxPauseMillis,
      budgetShare: DEFAULTS.capture.budgetShare,
      snapshot: DEFAULTS.bench.snapshot,
      signal,
    });
    done.abort();
    await load;
    return diagnose(await readRecording(out));
  } finally {
    done.abort();
    await server.end();
    rmSync(out, { recursive: true, force: true });
  }
}
