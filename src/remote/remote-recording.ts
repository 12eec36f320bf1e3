// What a recorder at the other end is used for: a recording, received as it is made; or the settings of a process.
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { CaptureProgress } from '../capture/context.ts';
import { CulpritError } from '../errors.ts';
import type { Settings } from '../model/settings/settings.ts';
import { parseSettings } from '../recording/files/settings-file.ts';
import { type Recording, readRecordingFrom } from '../recording/reader.ts';
import { type RemoteOptions, startRecorder } from './remote-recorder.ts';

export interface RecordingOptions {
  /** Keeps the stream as it came, in this new file. */
  keep?: string;
  onProgress?: (progress: CaptureProgress) => void;
}

/** Throws as RemoteRecorder.ended says. A link that is cut after the recording began gives a recording of what came. */
export async function recordRemotely(options: RemoteOptions & RecordingOptions): Promise<Recording> {
  const recorder = startRecorder(options, (line) => {
    if (line.culprit === 'progress') options.onProgress?.(line);
  });
  // Beside the ending, so that a program that is not there does not wait for its stream.
  const reading = readRecordingFrom(keeping(recorder.stdout, options.keep), options.name);
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
function keeping(stream: Readable, path: string | undefined): Readable {
  return path === undefined ? stream : Readable.from(passAndKeep(stream, path), { objectMode: false });
}

async function* passAndKeep(stream: Readable, path: string): AsyncGenerator<Buffer> {
  let file: FileHandle | undefined;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      file ??= await open(path, 'wx', 0o600);
      await file.appendFile(chunk);
      yield chunk;
    }
  } finally {
    await file?.close();
  }
}
