// The messages of the recorder while it works, on standard error, because standard output carries the recording: a few lines
// for people, lines of JSON for a culprit at the other end of the link.
import type { CaptureProgress } from '../capture/context.ts';
import { CulpritError } from '../errors.ts';
import { exitCodeOfError } from '../exit-codes.ts';
import type { Settings } from '../model/settings/settings.ts';

/** How a line to another culprit begins: everything else on the link is noise of images and wrappers. */
export const VOICE_MARK = '{"culprit":';

export type SpokenLine =
  | { culprit: 'attaching'; pid: number | null; recorderPid: number; nodeVersion: string }
  | ({ culprit: 'progress' } & CaptureProgress)
  | { culprit: 'settings'; settings: Settings }
  | { culprit: 'done' }
  | { culprit: 'failed'; message: string; hint?: string; exitCode: number };

export interface Voice {
  say(line: SpokenLine): void;
  fail(error: unknown): number;
}

const SAY_EVERY_MILLIS = 5_000;

/** `write` is given whole lines. */
export function createVoice(isSpokenTo: boolean, write: (text: string) => void): Voice {
  let saidAt = Number.NEGATIVE_INFINITY;
  const say = (line: SpokenLine) => {
    if (isSpokenTo) return write(`${JSON.stringify(line)}\n`);
    const isTooSoon = line.culprit === 'progress' && Date.now() - saidAt < SAY_EVERY_MILLIS;
    const text = isTooSoon ? undefined : inWords(line);
    if (text === undefined) return;
    saidAt = Date.now();
    write(`culprit: ${text}\n`);
  };
  return {
    say,
    fail(error) {
      const isKnown = error instanceof CulpritError;
      const exitCode = isKnown ? exitCodeOfError(error) : 3;
      const message = isKnown ? error.message : `a bug in the recorder: ${stackOf(error)}`;
      say({ culprit: 'failed', message, hint: isKnown ? error.hint : 'Please report it.', exitCode });
      return exitCode;
    },
  };
}

function inWords(line: SpokenLine): string | undefined {
  switch (line.culprit) {
    case 'attaching':
      return line.pid === null ? 'attaching' : `attaching to process ${line.pid}`;
    case 'progress':
      return `${line.step}, ${Math.max(0, Math.round((line.durationMillis - line.elapsedMillis) / 1_000))} s left`;
    case 'settings':
      return undefined;
    case 'done':
      return 'done; diagnose it with: culprit analyze <the file>';
    case 'failed':
      return line.hint ? `${line.message}\n  ${line.hint}` : line.message;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
