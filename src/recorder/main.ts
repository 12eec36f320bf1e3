// The recorder: one file without a package, for where nothing can be installed. It is read from standard input by the
// Node.js that is there (`node - record 1 < culprit-recorder.cjs > recording.tgz`), and what it records leaves through
// standard output while it looks. A program of its own: it alone speaks and exits here.
import type { Readable } from 'node:stream';
import { parseCaptureWords } from '../capture/capture-words.ts';
import { readSettings } from '../capture/settings/settings.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { record } from '../record.ts';
import { createStreamWriter } from '../recording/stream-writer.ts';
import { attachTarget, localPidOf } from '../target/attach-target.ts';
import { type ResolvedTarget, resolveOnly } from '../target/find.ts';
import { findTarget } from '../target/find-target.ts';
import { listNodeProcesses } from '../target/processes.ts';
import { ownArguments, parseRecorderCall, type RecorderCall } from './command-line.ts';
import { type Link, watchLink } from './link.ts';
import { beModest } from './modest.ts';
import { createVoice, type Voice } from './voice.ts';

declare global {
  /** Set by the few words that start us where the input is a lifeline, too: see remote/bootstrap.ts. */
  var culpritLifeline: Readable | undefined;
}

async function main(): Promise<number> {
  const args = ownArguments(process.argv);
  const voice = createVoice(args.includes('--speak-json'), (text) => void process.stderr.write(text));
  process.stderr.on('error', () => {});
  // Of the inspector's client: of no use to whoever reads along.
  process.noDeprecation = true;
  try {
    const call = parseRecorderCall(args);
    if (call.command === 'ps') return await listProcesses();
    if (call.command === 'record' && process.stdout.isTTY)
      throw new UsageError(
        'culprit does not write a recording to a terminal, which would change its bytes.',
        'Send it to a file, and leave out -t (kubectl exec -i, not -it): node - record 1 < culprit-recorder.cjs > recording.tgz',
      );
    await beModest();
    return await (call.command === 'record' ? sendRecording(call, voice) : tellSettings(call, voice));
  } catch (error) {
    return voice.fail(error);
  }
}

async function listProcesses(): Promise<number> {
  const processes = (await listNodeProcesses()).map(({ argv: _argv, startTicks: _ticks, ...rest }) => rest);
  process.stdout.write(`${JSON.stringify(processes, null, 2)}\n`);
  return EXIT.done;
}

/** For `culprit audit`: judged at home. */
async function tellSettings(call: RecorderCall, voice: Voice): Promise<number> {
  const target = await find(call.target);
  const attachment = await attachTarget(target, false);
  const settings = await readSettings(attachment, localPidOf(target, attachment));
  if (call.isSpokenTo) {
    voice.say({ culprit: 'settings', settings });
    voice.say({ culprit: 'done' });
  } else process.stdout.write(`${JSON.stringify(settings, null, 2)}\n`);
  return EXIT.done;
}

async function sendRecording(call: RecorderCall, voice: Voice): Promise<number> {
  const options = parseCaptureWords(call.words);
  const target = await find(call.target);
  const link = watchLink(process.stdout, globalThis.culpritLifeline ?? null);
  const pid = target.kind === 'process' ? target.pid : null;
  voice.say({ culprit: 'attaching', pid, recorderPid: process.pid, nodeVersion: process.version });
  const writer = createStreamWriter(process.stdout);
  try {
    await record(target, writer, {
      ...options,
      signal: link.stop,
      // A second process takes as much memory as we do.
      isWatched: false,
      onProgress: (progress) => voice.say({ culprit: 'progress', ...progress }),
    });
  } catch (error) {
    if (link.cut() === undefined) throw error;
  }
  return endOf(link, voice);
}

function endOf(link: Link, voice: Voice): number {
  const reason = link.cut();
  link.close();
  if (reason === undefined) {
    voice.say({ culprit: 'done' });
    return EXIT.done;
  }
  voice.say({
    culprit: 'failed',
    message: `The connection was lost: ${reason}.`,
    exitCode: EXIT.cannotAttach,
  });
  return EXIT.cannotAttach;
}

/** Without a word, or with "auto", the one Node.js program there is. */
async function find(word = 'auto'): Promise<ResolvedTarget> {
  return word === 'auto' ? resolveOnly(await listNodeProcesses()) : findTarget(word);
}

void main().then((code) => process.exit(code));
