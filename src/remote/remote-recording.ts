// What a recorder at the other end is used for: a recording, received as it is made; or the settings of a process.
import { type FileHandle, open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { CaptureProgress } from '../capture/context.ts';
import { CulpritError, type UsageError } from '../errors.ts';
import type { Settings } from '../model/settings/settings.ts';
import { parseSettings } from '../recording/files/settings-file.ts';
import { notWritten } from '../recording/output-file.ts';
import { type Recording, readRecordingFrom } from '../recording/reader.ts';
import { type RemoteOptions, startRecorder } from './remote-recorder.ts';

export interface RecordingOptions {
  /** Keeps the stream as it came, in this new file. */
  keep?: string;
  /** Hears why nothing is kept after all: the recording is still read. */
  onNotKept?: (error: UsageError) => void;
  onProgress?: (progress: CaptureProgress) => void;
}

/** Throws as RemoteRecorder.ended says. A link that is cut after the recording began gives a recording of what came. */
export async function recordRemotely(options: RemoteOptions & RecordingOptions): Promise<Recording> {
  const recorder = startRecorder(options, (line) => {
    if (line.culprit === 'progress') options.onProgress?.(line);
  });
  // Beside the ending, so that a program that is not there does not wait for its stream.
  const reading = readRecordingFrom(keeping(recorder.stdout, options), options.name);
  reading.catch(() => {});
  try {
    const isWell = await recorder.ended;
    return await reading.catch((error: unknown) => {
      throw error instanceof CulpritError && !isWell ? recorder.explain() : error;
    });
  } finally {
    recorder.letGo();
  }
}

/** Throws as RemoteRecorder.ended says. */
export async function readSettingsRemotely(options: RemoteOptions): Promise<Settings> {
  let told: string | undefined;
  const recorder = startRecorder(options, (line) => {
    if (line.culprit === 'settings') told = JSON.stringify(line.settings);
  });
  recorder.stdout.resume();
  try {
    await recorder.ended;
    if (told === undefined) throw recorder.explain();
    return parseSettings(told, options.name);
  } finally {
    recorder.letGo();
  }
}

/** What passes is in the file before the end of it is seen. Where nothing comes there is no file. */
function keeping(stream: Readable, { keep, onNotKept }: RecordingOptions): Readable {
  if (keep === undefined) return stream;
  const passed = passAndKeep(stream, keep, (error) => onNotKept?.(notWritten(keep, error)));
  return Readable.from(passed, { objectMode: false });
}

async function* passAndKeep(
  stream: Readable,
  path: string,
  fail: (error: unknown) => void,
): AsyncGenerator<Buffer> {
  let file: FileHandle | undefined;
  let isKept = true;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (isKept)
        try {
          file ??= await open(path, 'wx', 0o600);
          await file.appendFile(chunk);
        } catch (error) {
          isKept = false;
          // Of half an archive nothing is of use; a file that was there before is not ours.
          if (file) await rm(path, { force: true });
          fail(error);
        }
      yield chunk;
    }
  } finally {
    await file?.close();
  }
}
