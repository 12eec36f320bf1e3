// `culprit record`: capture only, into a folder, an archive or a stream.
import { mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { packRecording } from '../../recording/archive.ts';
import { checkWritable } from '../../recording/writer.ts';
import { escapeControls } from '../../report/escape.ts';
import { type RecordedTarget, recordInto, withTemporaryFolder } from '../live.ts';
import type { LiveOptions } from '../options/capture-options.ts';

export interface RecordOptions extends LiveOptions {
  out: string;
}

export async function recordTarget(
  target: string | undefined,
  command: readonly string[],
  options: RecordOptions,
): Promise<ExitCode> {
  const { out } = options;
  if (out === '-') {
    if (process.stdout.isTTY)
      throw new UsageError(
        'culprit does not write a recording to a terminal.',
        'Redirect it: culprit record 4242 -o - > recording.tgz',
      );
    await withTemporaryFolder(async (dir) => {
      await recordInto(dir, target, command, options);
      await packRecording(dir, process.stdout);
    });
    return EXIT.done;
  }
  checkWritable(out);
  let note = '';
  let place = out;
  if (!/\.(tgz|tar\.gz)$/.test(out)) {
    const recorded = await recordInto(out, target, command, options);
    note = noteOf(recorded);
    if (recorded.written.moved) place = recorded.written.dir;
  } else {
    await withTemporaryFolder(async (dir) => {
      note = noteOf(await recordInto(dir, target, command, options));
      await packRecording(dir, out).catch((error: unknown) => keepAsFolder(dir, error));
    });
  }
  process.stderr.write(`${note}Recorded to ${place}. Diagnose it with: culprit analyze ${place}\n`);
  return EXIT.done;
}

/** An archive that cannot be written must not cost the capture. Always throws. */
function keepAsFolder(dir: string, error: unknown): never {
  if (!(error instanceof UsageError)) throw error;
  const kept = join(mkdtempSync(join(tmpdir(), 'culprit-')), basename(dir));
  renameSync(dir, kept);
  throw new UsageError(`${error.message} The recording is in ${kept} instead.`, error.hint, { cause: error });
}

/** Why it was another process than the one that was named. */
function noteOf({ target }: RecordedTarget): string {
  return target.kind === 'process' && target.note !== undefined ? `${escapeControls(target.note)}\n` : '';
}
