// `culprit record`: capture only, into a folder, an archive or a stream.
import { resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import { packRecording } from '../../recording/archive.ts';
import { checkWritable } from '../../recording/writer.ts';
import { type LiveOptions, recordInto, withTemporaryFolder } from '../live.ts';

interface RecordOptions extends LiveOptions {
  out: string;
}

export async function recordCommand(
  target: string | undefined,
  command: readonly string[],
  options: RecordOptions,
): Promise<void> {
  const { out } = options;
  if (out === '-') {
    if (process.stdout.isTTY)
      throw new UsageError(
        'A recording is not for a terminal.',
        'Send it on: culprit record 4242 -o - > recording.tgz',
      );
    return withTemporaryFolder(async (dir) => {
      await recordInto(dir, target, command, options);
      await packRecording(dir, process.stdout);
    });
  }
  checkWritable(out);
  if (!/\.(tgz|tar\.gz)$/.test(out)) await recordInto(out, target, command, options);
  else {
    await withTemporaryFolder(async (dir) => {
      await recordInto(dir, target, command, options);
      await packRecording(dir, resolve(out));
    });
  }
  process.stderr.write(`Recorded to ${out}. Diagnose it with: culprit analyze ${out}\n`);
}
