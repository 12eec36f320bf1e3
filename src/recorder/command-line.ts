// The words that the recorder is called with. A parser of its own, since the ones in packages need newer versions of Node
// or more room than a pod has for it.
import { type CaptureWords, DEFAULT_WORDS } from '../capture/capture-words.ts';
import { DEFAULTS } from '../defaults.ts';
import { UsageError } from '../errors.ts';

export const RECORDER_COMMANDS = ['record', 'settings', 'ps'] as const;
export type RecorderCommand = (typeof RECORDER_COMMANDS)[number];

export interface RecorderCall {
  command: RecorderCommand;
  /** Absent: the one Node.js process there is. */
  target?: string;
  words: CaptureWords;
  /** Progress and errors as lines of JSON, for a culprit at the other end. */
  isSpokenTo: boolean;
}

const USAGE =
  'Use: node - record [<pid> | :port | part of a command line] [--duration 30s] < culprit-recorder.cjs > recording.tgz, or: node - settings [<pid>] > settings.json, or: node - ps';

/** Options without a value; all others have one. */
const IS_SPOKEN_TO = '--speak-json';

/** The arguments of a Node process without the program and, where there is one, the script. */
export function ownArguments(argv: readonly string[]): string[] {
  const rest = argv.slice(1);
  return rest[0] === '-' || rest[0]?.endsWith('.cjs') ? rest.slice(1) : rest;
}

/** Throws UsageError with how it is called. Snapshots are off unless asked for: what the pod has is not ours. */
export function parseRecorderCall(args: readonly string[]): RecorderCall {
  const command = RECORDER_COMMANDS.find((known) => known === args[0]);
  if (!command) throw new UsageError(`Unknown command "${args[0] ?? ''}".`, USAGE);
  const call: RecorderCall = {
    command,
    words: { ...DEFAULT_WORDS, snapshot: DEFAULTS.remote.snapshot },
    isSpokenTo: false,
  };
  for (let i = 1; i < args.length; i++) {
    const word = args[i]!;
    if (word === IS_SPOKEN_TO) call.isSpokenTo = true;
    else if (word.startsWith('--')) i += readOption(call.words, word, args[i + 1]);
    else if (call.target === undefined) call.target = word;
    else throw new UsageError(`Unexpected argument "${word}".`, USAGE);
  }
  return call;
}

const OPTIONS: Record<string, keyof CaptureWords> = {
  '--duration': 'duration',
  '--interval': 'interval',
  '--max-pause': 'maxPause',
  '--snapshot': 'snapshot',
  '--async': 'async',
  '--cpu': 'cpu',
  '--budget': 'budget',
};

/** Returns how many words more were read: `--duration 5s` or `--duration=5s`. */
function readOption(words: CaptureWords, word: string, next: string | undefined): number {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const value = equals < 0 ? next : word.slice(equals + 1);
  const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (!option) throw new UsageError(`The recorder has no option ${name}.`, USAGE);
  if (value === undefined) throw new UsageError(`${name} needs a value.`, USAGE);
  words[option] = value;
  return equals < 0 ? 1 : 0;
}
