// The pages of the kinds, the tables that list them, and what `culprit explain` prints. `vitest -u` writes pages and
// tables anew.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FINDING_KINDS } from '../../../src/model/finding.ts';
import { kindMarkdown, kindsIndex, readmeTable } from '../../../src/report/kinds/kind-markdown.ts';
import { kindsText, kindText } from '../../../src/report/kinds/kind-text.ts';

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

describe('docs/findings', () => {
  test.each(FINDING_KINDS)('has the page of %s as the registry has it', async (kind) => {
    await expect(kindMarkdown(kind)).toMatchFileSnapshot(root(`docs/findings/${kind}.md`));
  });

  test('has the list of all pages', async () => {
    await expect(kindsIndex()).toMatchFileSnapshot(root('docs/findings/README.md'));
  });

  test('has no page of a kind that is not there any more', () => {
    expect(readdirSync(root('docs/findings')).sort()).toEqual(
      ['README', ...FINDING_KINDS].map((name) => `${name}.md`).sort(),
    );
  });
});

test('the table in README is the one of the registry', () => {
  const path = root('README.md');
  const readme = readFileSync(path, 'utf8');
  const start = readme.indexOf('\n', readme.indexOf('<!-- kinds:start')) + 1;
  const end = readme.indexOf('<!-- kinds:end -->');
  expect(start).toBeGreaterThan(0);
  expect(end).toBeGreaterThanOrEqual(start);
  const generated = `${readme.slice(0, start)}${readmeTable()}\n${readme.slice(end)}`;
  const isUpdate = expect.getState().snapshotState.snapshotUpdateState === 'all';
  if (isUpdate) writeFileSync(path, generated);
  else expect(readme).toBe(generated);
});

describe('culprit explain', () => {
  const explain = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [root('bin/culprit.js'), 'explain', ...words],
      { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '' } },
    );
    return { status, stdout, stderr };
  };

  test('prints the page of a kind', async () => {
    const { status, stdout, stderr } = explain('socket-leak');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(kindText('socket-leak', 100));
    await expect(stdout).toMatchFileSnapshot(root('test/golden/report/explain-socket-leak.txt'));
  });

  test('lists all kinds when none is asked for', async () => {
    const { status, stdout, stderr } = explain();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(kindsText(100));
    await expect(stdout).toMatchFileSnapshot(root('test/golden/report/explain-list.txt'));
  });

  test.each([
    ['a name with a slip', 'soket-leak', '; did you mean socket-leak?'],
    ['a word that is near to none', 'nonsense', '.'],
    ['a name that every object has', 'constructor', '.'],
    ['control characters', '\u001b[2Jsocket', null],
  ])('is wrong use of %s, and says what would be right', (_, word, near) => {
    const { status, stdout, stderr } = explain(word);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).not.toContain('\u001b');
    if (near === null) return;
    expect(stderr).toBe(
      `culprit: "${word}" is not a kind of finding${near}\n  \`culprit explain\` lists the kinds.\n`,
    );
  });

  test.each(FINDING_KINDS)('keeps within the width of the terminal: %s', (kind) => {
    const long = kindText(kind, 60)
      .split('\n')
      .filter((line) => line.length > 60);
    expect(long).toEqual([]);
  });
});
