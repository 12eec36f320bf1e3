// A lint on what culprit says: expressions that a native reader has to read twice, and labels of earlier reports.
import { expect, test } from 'vitest';
import { userTexts } from './user-texts.ts';

/** Each with the words to use. */
const TICS: readonly (readonly [tic: RegExp, better: string])[] = [
  [/\b(the|a|this|whole|short|later|earlier) looks?\b(?! (at|like|into|for)\b)/i, 'capture'],
  [/\bwhile we looked\b|\bwe (came|are|were)\b|\b[Uu]s\b(?= )/, 'name who: culprit, the process'],
  [/\bpil(e|es|ed|ing) up\b/i, 'accumulate'],
  [/\bfor want of\b/i, 'because ... ran out'],
  [/\bin vain\b/i, 'without result'],
  [/\bdear(er|est)?\b/i, 'expensive'],
  [/\bgravest?\b/i, 'serious'],
  [/\bInnocent\?|\binnocent\b/, 'Could it be harmless?'],
  [/^Do:|\bDo: /, 'Fix'],
  [/\bwhat stays\b/i, 'the retained objects'],
  [/\bwould end some time\b/i, 'would eventually finish'],
  [/\b(was|were) not caught\b/i, 'is unknown'],
  [/\bwas seen (being|calling|opening|compiling)\b/i, 'was observed'],
  [/\bNobody listens\b/i, 'Nothing listens'],
  [/\bis sick\b|\bsick one\b/i, 'has a problem'],
  [/\bthe way to .* is closed\b/i, 'Cannot reach'],
  [/\bis no news\b|\bone word too many\b/i, 'say it in plain words'],
  [/\bcannot be looked at\b|\bcould be looked at\b/i, 'cannot be diagnosed'],
  [/\bfor (themselves|himself) to tell\b|\bnothing tells\b/i, 'is unknown'],
  [/\bholds the process up\b/i, 'throttles the process'],
  [/\ba word to\b|\bmeans nothing to\b/i, 'does not apply to'],
  [/\bare the least\b|\bis the least\b/i, 'are the minimum'],
  [/\bwhen what they stand for has ended\b/i, 'once they are no longer needed'],
  [/\bTo win time\b/i, 'As a stopgap'],
  [/\b(becomes?|became) more\b(?! \w)/i, 'increase'],
  [/\blooks? alike\b/i, 'looks the same'],
  [/\bbounded number of things\b/i, 'a fixed number of clients or jobs'],
  [/\bblocked or burned\b/i, 'no blocked event loop or CPU hotspot'],
  [/\bof all there is\b|\bgrowth there\b/i, 'of the time, of the limit'],
  [/\ball together\b/i, 'in total'],
  [/\bsays? nothing of\b|\bis about nothing\b/i, 'does not show, is close to zero'],
  [/\bcomes? as root\b/i, 'runs as root'],
  [/\bnobody needs it any more\b/i, 'it is no longer needed'],
  [/\bbears? it out\b/i, 'confirms it'],
  [/\blent out\b/i, 'checked out'],
  [/\b(give|gives|given|gave) back\b/i, 'return, release, reclaim'],
  [/\blets? go of\b/i, 'release'],
  [/\btold apart\b|\btells? \S.* apart\b/i, 'distinguished, shows which'],
  [/\blooked (at|into)\b/i, 'captured, diagnosed'],
  [/\bin the end\b/i, 'eventually, at the end'],
  [/\bran full\b/i, 'was exhausted'],
  [/\bhand(s|ed)? over\b/i, 'pass'],
  [/\bwrong use\b/i, 'usage error'],
  [/\bgoes? on\b/i, 'continue, keep running'],
];

/** Texts that quote others, or that use such words in their usual sense. */
const ALLOWED = [/^unreachable: /];

test('no text for users has a tic', () => {
  const found = userTexts().flatMap(({ file, line, text }) =>
    ALLOWED.some((allowed) => allowed.test(text))
      ? []
      : TICS.filter(([tic]) => tic.test(text)).map(
          ([tic, better]) =>
            `${file}:${line}: ${tic.exec(text)![0]} (better: ${better}): ${text.slice(0, 120)}`,
        ),
  );
  expect(found).toEqual([]);
});

test('the lint knows a tic when it reads one', () => {
  const isTic = (text: string) => TICS.some(([tic]) => tic.test(text));
  expect(isTic('Files opened for work are closed; these were not while we looked.')).toBe(true);
  expect(isTic('Sockets accumulate at 3/s.')).toBe(false);
});
