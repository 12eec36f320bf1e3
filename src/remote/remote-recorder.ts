// A recorder at the other end of a link: started there, read, held by its lifeline, and the error when the link fails. What
// runs there ends with the link.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { AttachError, type CulpritError, UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { SpokenLine } from '../recorder/voice.ts';
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
  /** Ends the look early. */
  signal: AbortSignal;
}

export interface RemoteRecorder {
  stdout: Readable;
  /**
   * Resolves when it has ended: true when it ended well. Rejects with ProgramMissing when there is no such Node.js, and with
   * UsageError or AttachError as the recorder said it.
   */
  ended: Promise<boolean>;
  /** What the link itself said, as an error. */
  explain(): AttachError;
  /** Lets go of it, whatever it does. */
  letGo(): void;
}

export function startRecorder(options: RemoteOptions, onLine: (line: SpokenLine) => void): RemoteRecorder {
  const recorder = readRecorder();
  const command = recorderCommand(options.node, recorder.length, [...options.args, '--speak-json']);
  const [program = '', ...args] = options.wrap(command);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let failure: (SpokenLine & { culprit: 'failed' }) | undefined;
  const heard = hearLines((line) => {
    if (line.culprit === 'failed') failure = line;
    else onLine(line);
    // Some engines wait for the end of our side.
    if (line.culprit === 'failed' || line.culprit === 'done') child.stdin.end();
  });
  child.stderr.setEncoding('utf8').on('data', heard.hear);
  const ended = endOf(child, program).then((code) => {
    if (failure) throw asError(failure);
    if (code !== 0 && isProgramMissing(heard.noise()))
      throw new ProgramMissing(`There is no ${options.node} in ${options.name}.`);
    return code === 0;
  });
  ended.catch(() => {});
  return {
    stdout: child.stdout,
    ended,
    explain: () => explainLink(program, heard.noise(), options.name),
    letGo: holdLifeline(child, recorder, options.signal),
  };
}

/** From the word that ends a look to its end: what was captured is read and sent meanwhile. */
const LONGEST_ENDING_MILLIS = 30_000;

/**
 * The code first; a word later ends the look, the end of the input ends the recorder. One that does not end after the word is let go:
 * it notices, or its lease in the target ends.
 */
function holdLifeline(child: ChildProcess, recorder: Buffer, signal: AbortSignal): () => void {
  const input = child.stdin!;
  // A command that fails at once takes no input.
  input.on('error', () => {});
  input.write(recorder);
  let ending: NodeJS.Timeout | undefined;
  const letGo = () => {
    clearTimeout(ending);
    signal.removeEventListener('abort', stop);
    input.destroy();
    if (child.exitCode === null && child.signalCode === null) child.kill();
  };
  const stop = () => {
    input.write(STOP_WORD);
    ending = setTimeout(letGo, LONGEST_ENDING_MILLIS);
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return letGo;
}

/** Not before all that it said has been heard. */
function endOf(child: ChildProcess, program: string): Promise<number | null> {
  const heardAll = new Promise<void>((resolve) => child.stderr!.once('close', resolve));
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(notStarted(program, error)));
    child.once('exit', (code) => void heardAll.then(() => resolve(code)));
  });
}

function asError({ message, hint, exitCode }: SpokenLine & { culprit: 'failed' }): CulpritError {
  return exitCode === EXIT.wrongUse ? new UsageError(message, hint) : new AttachError(message, hint);
}
