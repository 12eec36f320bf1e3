// `culprit explain [kind]`: what a kind of finding means, how it is measured, what is mistaken for it, how to fix it.
import { UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { FINDING_KINDS } from '../../model/finding.ts';
import { nearestName } from '../../model/nearest-name.ts';
import { kindsText, kindText } from '../../report/kinds/kind-text.ts';

/** Prose is hard to read in longer lines. */
const LONGEST_LINE = 100;

/** Throws a UsageError, with the nearest name, for a word that is no kind. Without a word: the list of all kinds. */
export function explain(word: string | undefined): ExitCode {
  const width = Math.min(LONGEST_LINE, process.stdout.columns ?? LONGEST_LINE);
  if (word === undefined) {
    process.stdout.write(kindsText(width));
    return EXIT.done;
  }
  const kind = FINDING_KINDS.find((known) => known === word);
  if (kind === undefined) {
    const near = nearestName(word, FINDING_KINDS);
    throw new UsageError(
      `"${word}" is not a kind of finding${near === null ? '' : `; did you mean ${near}?`}`,
      '`culprit explain` lists the kinds.',
    );
  }
  process.stdout.write(kindText(kind, width));
  return EXIT.done;
}
