// One recording over a link: start the recorder there, hear what it says, take the recording as it comes, and tell how the
// link ended. What runs there ends with the link.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import type { CaptureProgress } from '../capture/context.ts';
import { AttachError, CulpritError, UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { SpokenLine } from '../recorder/voice.ts';
import { type Recording, readRecordingFrom } from '../recording/reader.ts';
import { recorderCommand, STOP_WORD } from './bootstrap.ts';
import { explainLink, isProgramMissing } from './link-errors.ts';
import { readRecorder } from './recorder-file.ts';
import { notStarted } from './run.ts';
import { hearLines } from './voice-lines.ts';

/** There is no program by that name where we looked: another path may do. */
export class ProgramMissing extends AttachError {}

export interface RemoteOptions {
  /** Makes the whole command line of one that is to run there: transport.ts. */
  wrap: (command: readonly string[]) => string[];
  /** The Node.js to run there. */
  node: string;
  /** For the recorder: ['record', 'auto', '--duration', '30s']. */
  args: readonly string[];
  /** What is looked at, for messages. */
  name: string;
  /** The first word ends the look early. */
  signal: AbortSignal;
  /** Keeps the stream as it came. */
  keep?: string;
  onProgress?: (progress: CaptureProgress) => void;
}

/**
 * Throws ProgramMissing when `node` is not there, UsageError or AttachError as the recorder said it, or with what the link
 * itself said. A link that is cut after the recording began gives a recording of what came.
 */
export async function recordRemotely(options: RemoteOptions): Promise<Recording> {
  const recorder = readRecorder();
  const command = recorderCommand(options.node, recorder.length, [...options.args, '--speak-json']);
  const [program = '', ...args] = options.wrap(command);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let failure: (SpokenLine & { culprit: 'failed' }) | undefined;
  const heard = hearLines((line) => {
    if (line.culprit === 'failed') failure = line;
    if (line.culprit === 'progress') options.onProgress?.(line);
    // Engines wait for the end of our side (podman for five minutes).
    if (line.culprit === 'failed' || line.culprit === 'done') child.stdin.end();
  });
  child.stderr.setEncoding('utf8').on('data', heard.hear);
  const ended = endOf(child, program);
  const stopListening = keepLifeline(child, recorder, options.signal);
  // Beside the ending, so that a program that is not there does not wait for its stream.
  const reading = readRecordingFrom(keeping(child.stdout, options.keep), options.name);
  reading.catch(() => {});
  try {
    const code = await ended;
    if (failure) throw asError(failure);
    if (code !== 0 && isProgramMissing(heard.noise()))
      throw new ProgramMissing(`There is no ${options.node} in ${options.name}.`);
    return await reading.catch((error: unknown) => {
      if (!(error instanceof CulpritError) || code === 0) throw error;
      throw explainLink(program, heard.noise(), options.name);
    });
  } finally {
    stopListening();
  }
}

/** The code first; what comes later are words: one ends the look, two end the link. */
function keepLifeline(child: ChildProcess, recorder: Buffer, signal: AbortSignal): () => void {
  const input = child.stdin!;
  // A command that fails at once takes no input.
  input.on('error', () => {});
  input.write(recorder);
  const stop = () => void input.write(STOP_WORD);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return () => {
    signal.removeEventListener('abort', stop);
    input.destroy();
    if (child.exitCode === null && child.signalCode === null) child.kill();
  };
}

function endOf(child: ChildProcess, program: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(notStarted(program, error)));
    child.once('exit', (code) => resolve(code));
  });
}

function keeping(stream: Readable, path: string | undefined): Readable {
  if (path === undefined) return stream;
  const kept = new PassThrough();
  stream.pipe(createWriteStream(path, { mode: 0o600, flags: 'wx' }));
  return stream.pipe(kept);
}

function asError({ message, hint, exitCode }: SpokenLine & { culprit: 'failed' }): CulpritError {
  return exitCode === EXIT.wrongUse ? new UsageError(message, hint) : new AttachError(message, hint);
}
