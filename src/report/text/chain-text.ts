// The packages that a call went through, and the command that would settle what is not known, each as one line of text.
import type { ChainLink, NextMeasurement } from '../../model/finding.ts';

/** More packages than this are shown by their ends. */
const MOST_LINKS = 8;

/** "src/app.ts:12 > express@4.19.2 > **lru@1.2.3** (set)": the one in asterisks is blamed. */
export function describeChain(chain: readonly ChainLink[] = []): string {
  const words = chain.map(describeLink);
  const shown =
    words.length <= MOST_LINKS
      ? words
      : [...words.slice(0, MOST_LINKS / 2), '...', ...words.slice(-MOST_LINKS / 2)];
  return shown.join(' > ');
}

function describeLink({ package: name, file, line, function: called, isBlamed }: ChainLink): string {
  const word = name ?? (file === null ? called : `${file}${line === null ? '' : `:${line}`}`);
  return isBlamed ? `**${word}** (${called})` : word;
}

/** The command stands on a line of its own, to be copied. */
export function describeNext(next: NextMeasurement | undefined): string[] {
  return next === undefined ? [] : [next.unknown, next.command];
}
