// The live half of a comparison's runs: attach to a process that we started -> measure it in turns -> write a recording.
// Nothing is judged here.
import { openRunCapture, type RunCapture, type RunMode } from '../capture/run-capture.ts';
import { describeCapture, readTargetText } from '../record.ts';
import { createRecordingWriter } from '../recording/writer.ts';
import { attachByPid } from '../target/attach.ts';

export interface RunRecording extends Pick<RunCapture, 'noteFloor' | 'warmUp' | 'begin' | 'turn'> {
  /** Ends the capture, leaves the process as it was found and writes the recording. */
  end(): Promise<void>;
  /** Leaves the process and keeps nothing. Never throws. */
  discard(): Promise<void>;
}

/** Attaches to `pid`; the recording is in the folder `out` when `end` resolves. Throws AttachError or UsageError. */
export async function recordRun(pid: number, out: string, mode: RunMode): Promise<RunRecording> {
  const writer = createRecordingWriter(out);
  const attachment = await attachByPid(pid).catch((error: unknown) => {
    writer.discard();
    throw error;
  });
  const startedAt = new Date().toISOString();
  const discard = async () => {
    writer.discard();
    await attachment.detach();
  };
  try {
    const capture = await openRunCapture(attachment, pid, writer, mode);
    return {
      noteFloor: capture.noteFloor,
      warmUp: capture.warmUp,
      begin: capture.begin,
      turn: capture.turn,
      discard,
      async end() {
        await capture.end();
        const restored = await attachment.detach();
        const around = { startedAt, restored, ownFds: undefined, files: writer.files() };
        const manifest = describeCapture(attachment, capture.outcome, around);
        await writer.finish(manifest, readTargetText(pid));
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}
