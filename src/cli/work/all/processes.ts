// `culprit diagnose --all`: the processes that do the same work, captured at the same time, and one report that shows how
// they differ.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseCaptureWords } from '../../../capture/capture-words.ts';
import { diagnose } from '../../../diagnose.ts';
import { CulpritError, UsageError } from '../../../errors.ts';
import type { ExitCode } from '../../../exit-codes.ts';
import { explainRecordedHeap } from '../../../heap/explain-recorded-heap.ts';
import type { FamilyMember } from '../../../model/finding.ts';
import { record } from '../../../record.ts';
import { readRecording } from '../../../recording/reader.ts';
import { checkWritable, createRecordingWriter } from '../../../recording/writer.ts';
import { findAll } from '../../../target/find-target.ts';
import type { NodeProcess } from '../../../target/processes.ts';
import { type Interrupt, listenForInterrupt } from '../../interrupt.ts';
import { settle, withTemporaryFolder } from '../../live.ts';
import { createProgress, type Progress } from '../../progress.ts';
import type { DiagnoseOptions } from '../diagnose.ts';
import { refuseTogether, reportFamily } from './report-family.ts';

/** Each look takes memory and CPU time of the machine that all of them share. */
const MOST_MEMBERS = 16;

export async function diagnoseAll(
  target: string | undefined,
  command: readonly string[],
  options: DiagnoseOptions,
): Promise<ExitCode> {
  refuseWhatIsForOne(target, command, options);
  parseCaptureWords(options);
  if (options.out !== undefined) checkWritable(options.out);
  const found = await findAll(target!);
  const look = (dir: string) => lookAtAll(found, dir, options);
  const members = options.out === undefined ? await withTemporaryFolder(look) : await look(options.out);
  return reportFamily(members, options, { failOn: options.failOn });
}

function refuseWhatIsForOne(
  target: string | undefined,
  command: readonly string[],
  { trace, flame, whyAlive, exact }: DiagnoseOptions,
): void {
  if (target === undefined || command.length > 0)
    throw new UsageError(
      '--all needs processes that are already running: give the pid of one of them, their port or their name.',
      'See the Node.js processes here with `culprit ps`.',
    );
  const given = {
    '--trace': trace,
    '--flame': flame,
    '--why-alive': whyAlive,
    '--exact': exact,
  };
  refuseTogether(given);
}

async function lookAtAll(
  found: readonly NodeProcess[],
  dir: string,
  options: DiagnoseOptions,
): Promise<FamilyMember[]> {
  const bySize = [...found].sort((a, b) => (b.rssBytes ?? 0) - (a.rssBytes ?? 0));
  const chosen = new Set(bySize.slice(0, MOST_MEMBERS));
  const interrupt = listenForInterrupt();
  const progress = await createProgress(options.quiet === true);
  try {
    mkdirSync(dir, { mode: 0o700 });
    const look = { options, interrupt, progress };
    const captured = await Promise.all(
      found.map((entry) =>
        chosen.has(entry) ? capture(entry, dir, look) : { entry, notLookedAt: TOO_MANY },
      ),
    );
    const members: FamilyMember[] = [];
    // One after the other: a heap snapshot takes much memory.
    for (const one of captured) members.push(await explain(one, dir, options));
    return members;
  } finally {
    progress.end();
    interrupt.dispose();
  }
}

const describe = ({ pid, command, family: { role, app } }: NodeProcess): FamilyMember => ({
  name: String(pid),
  pid,
  role,
  ...(app !== undefined && { app }),
  command,
});

interface Look {
  options: DiagnoseOptions;
  interrupt: Interrupt;
  progress: Progress;
}

interface Captured {
  entry: NodeProcess;
  /** Absent: its recording is there. */
  notLookedAt?: string;
}

const TOO_MANY = `there are more than ${MOST_MEMBERS}; those that use the most memory were captured`;

/** One that cannot be looked at says why, and the others go on. */
async function capture(entry: NodeProcess, dir: string, look: Look): Promise<Captured> {
  const { options, interrupt, progress } = look;
  const target = { kind: 'process', pid: entry.pid } as const;
  try {
    if (options.settle) await settle(target, interrupt, progress);
    await record(target, createRecordingWriter(join(dir, String(entry.pid))), {
      ...parseCaptureWords(options),
      signal: interrupt.signal,
      onProgress: progress.capture,
    });
    return { entry };
  } catch (error) {
    if (!(error instanceof CulpritError)) throw error;
    return { entry, notLookedAt: error.message };
  }
}

async function explain(
  { entry, notLookedAt }: Captured,
  dir: string,
  { out }: DiagnoseOptions,
): Promise<FamilyMember> {
  if (notLookedAt !== undefined) return { ...describe(entry), notLookedAt };
  const recording = await readRecording(join(dir, String(entry.pid)));
  const report = diagnose(recording, await explainRecordedHeap(recording), { isLive: true });
  if (out === undefined) report.capture.files = [];
  return { ...describe(entry), report };
}
