// `culprit explain [kind]`: what a kind of finding means, how it is measured, what is mistaken for it, how to fix it.
import { UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { FINDING_KINDS } from '../../model/finding.ts';
import { nearestName } from '../../model/nearest-name.ts';
import { kindsText, kindText } from '../../report/kinds/kind-text.ts';

const OR = new Intl.ListFormat('en', { type: 'disjunction' });
const MOST_ALIKE = 4;

/** Kinds that have most words of it: "memory-leak" is none, and people look for it. */
function kindsLike(word: string): string[] {
  const words = new Set(word.toLowerCase().split(/[\s_-]+/));
  const shared = (kind: string) => kind.split('-').filter((part) => words.has(part)).length;
  return FINDING_KINDS.filter((kind) => shared(kind) > 0)
    .toSorted((a, b) => shared(b) - shared(a))
    .slice(0, MOST_ALIKE);
}

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
    const alike = near === null ? kindsLike(word) : [near];
    throw new UsageError(
      `"${word}" is not a kind of finding${alike.length === 0 ? '.' : `; did you mean ${OR.format(alike)}?`}`,
      '`culprit explain` lists the kinds.',
    );
  }
  process.stdout.write(kindText(kind, width));
  return EXIT.done;
}
