// One pair of runs of a script that does its work and ends: one after the other, each from start to end.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunMode } from '../capture/run-capture.ts';
import type { Run } from '../model/comparison/run.ts';
import { readTargetText } from '../record.ts';
import { RECORDING_FORMAT, RECORDING_VERSION } from '../recording/format.ts';
import type { Manifest } from '../recording/manifest.ts';
import { readRecording } from '../recording/reader.ts';
import { createRecordingWriter } from '../recording/writer.ts';
import { VERSION } from '../version.ts';
import { runScript, type ScriptRun } from '../workload/script.ts';
import { folderOf, type PairOfRuns, type PairSpec, type SideName } from './bench-pair.ts';
import { runOf } from './compare.ts';

export async function measureScriptPair(
  pair: number,
  mode: RunMode,
  spec: PairSpec,
  signal: AbortSignal,
): Promise<PairOfRuns> {
  const order: SideName[] = pair % 2 === 0 ? ['base', 'head'] : ['head', 'base'];
  const runs: Partial<Record<SideName, Run>> = {};
  for (const side of order) {
    const folder = folderOf(spec, pair, side);
    const scratch = join(spec.out, `scratch-${process.pid}`);
    try {
      const seen = await runScript(
        {
          side,
          command: spec.run,
          cwd: spec.dirs[side],
          mode,
          scratch,
          longestMillis: spec.longestLoadMillis,
        },
        signal,
      );
      await writeRun(seen, folder);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    runs[side] = runOf(await readRecording(folder), { label: `${side} ${pair + 1}`, pair });
  }
  return { base: runs.base!, head: runs.head! };
}

async function writeRun({ usage, profile, allocations }: ScriptRun, folder: string): Promise<void> {
  const writer = createRecordingWriter(folder);
  if (profile) writer.file({ kind: 'cpu-profile', thread: 0, path: 'main.cpuprofile' }, profile);
  if (allocations)
    writer.file({ kind: 'allocation-profile', thread: 0, path: 'main-allocations.heapprofile' }, allocations);
  const { millis, cpuMicros, heapUsedBytes, rssBytes } = usage;
  const load = { tool: 'script', requests: 1, failed: 0, latencyMillis: {} };
  writer.line({ type: 'turn', thread: 0, atMillis: millis, millis, cpuMicros, load });
  writer.line({ type: 'runtime', thread: 0, atMillis: millis, afterGc: true, heapUsedBytes, rssBytes });
  const manifest: Manifest = {
    format: RECORDING_FORMAT,
    formatVersion: RECORDING_VERSION,
    toolVersion: VERSION,
    target: {
      pid: usage.pid,
      nodeVersion: usage.nodeVersion,
      title: usage.argv.join(' ').slice(0, 300),
      cwd: usage.cwd,
      uptimeSeconds: millis / 1_000,
      threads: [{ id: 0, name: 'main' }],
    },
    capture: {
      startedAt: new Date(Date.now() - millis).toISOString(),
      durationMillis: millis,
      ended: 'complete',
      steps: ['light'],
      pausesMillis: [],
      restored: true,
      warnings: [],
    },
    files: writer.files(),
  };
  await writer.finish(manifest, readTargetText(null));
}
