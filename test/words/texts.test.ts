// Everything that culprit says, in one file that a reader can go through from top to bottom: test/golden/texts.txt.
// After a change of words: `npx vitest run --project offline test/words -u`, and read the diff.
import { expect, test } from 'vitest';
import { userTexts } from './user-texts.ts';

const page = () => {
  const lines: string[] = [];
  let file = '';
  for (const said of userTexts()) {
    if (said.file !== file) lines.push('', `== ${said.file}`);
    file = said.file;
    lines.push(said.text);
  }
  return `${lines.join('\n').trim()}\n`;
};

test('all texts for users are in test/golden/texts.txt', async () => {
  await expect(page()).toMatchFileSnapshot('../golden/texts.txt');
});
