// The lines of a recorder among all that comes over standard error: the rest is noise of images, wrappers and kubectl, of which
// the last is kept, for messages.
import { type SpokenLine, VOICE_MARK } from '../recorder/voice.ts';

export interface HeardLines {
  hear(text: string): void;
  /** What was no line of the recorder, the last 4 KB of it. */
  noise(): string;
}

const MOST_NOISE = 4_096;
const LONGEST_LINE = 100_000;

export function hearLines(onLine: (line: SpokenLine) => void): HeardLines {
  let rest = '';
  let noise = '';
  const take = (line: string) => {
    // A wrapper may have written the beginning of the line.
    const at = line.indexOf(VOICE_MARK);
    const spoken = at < 0 ? null : parse(line.slice(at));
    if (spoken) onLine(spoken);
    else if (line.trim() !== '') noise = `${noise}${line}\n`.slice(-MOST_NOISE);
  };
  return {
    hear(text) {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-LONGEST_LINE);
      for (const line of lines) take(line);
    },
    noise: () => `${noise}${rest}`,
  };
}

function parse(text: string): SpokenLine | null {
  try {
    const line: unknown = JSON.parse(text);
    const word = (line as { culprit?: unknown } | null)?.culprit;
    return typeof word === 'string' ? (line as SpokenLine) : null;
  } catch {
    return null;
  }
}
