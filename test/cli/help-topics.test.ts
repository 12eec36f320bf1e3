// `culprit help`: topics from the documentation, commands, kinds of findings, and words that are none of them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { HELP_TOPIC_NAMES, HELP_TOPICS } from '../../src/cli/options/help-topics.ts';
import { createProgram } from '../../src/cli/program.ts';
import { markdownText, sectionOf } from '../../src/cli/reference/markdown-text.ts';
import { topicText } from '../../src/cli/reference/print-help.ts';

const CULPRIT = fileURLToPath(new URL('../../bin/culprit.js', import.meta.url));
const WIDTH = 100;

function culprit(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CULPRIT, ...words], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe.each(HELP_TOPIC_NAMES)('the topic %s', (topic) => {
  const text = topicText(topic, WIDTH);

  test('is text for a terminal, and no Markdown', () => {
    expect(text).not.toMatch(/\]\(|\*\*|^\||^#|<!--/m);
    expect(text.trimEnd().split('\n').length).toBeGreaterThan(3);
  });

  test('has no line that is too long, but for words and code', () => {
    const long = text.split('\n').filter((line) => line.length > WIDTH && !line.startsWith('  '));
    expect(long).toEqual([]);
  });

  test('is no command, which has a help of its own', () => {
    expect(createProgram([]).commands.map((command) => command.name())).not.toContain(topic);
  });

  test('is listed in the help', () => {
    expect(culprit('--help').stdout.replaceAll('\n', ' ')).toMatch(
      new RegExp(`Topics of culprit help: [^.]*\\b${topic}\\b`),
    );
    expect(culprit('help', '--help').stdout).toContain(`  ${topic} `);
  });
});

test('a topic says where to read more', () => {
  expect(topicText('safety', WIDTH)).toMatch(/strings\.\n\nMore: docs\/safety\.md\n$/);
  expect(topicText('pods', WIDTH)).toMatch(/\n\nMore: docs\/pods\.md\n$/);
});

test('exit codes are told from their source', () => {
  expect(topicText('exit-codes', 60).split('\n').slice(0, 3)).toEqual([
    '0    done (also when something was found)',
    '1    a gate failed: `--fail-on`, `--fail-on-growth`,',
    '     `--min-level`',
  ]);
});

test('without a word it is the help of culprit', () => {
  expect(culprit('help')).toEqual({ status: 0, stdout: culprit('--help').stdout, stderr: '' });
});

test.each([[['diagnose']], [['audit', 'k8s']], [['help']]])('of a command it is its --help: %j', (words) => {
  expect(culprit('help', ...words)).toEqual({
    status: 0,
    stdout: culprit(...words, '--help').stdout,
    stderr: '',
  });
});

test('of a kind of finding it is what culprit explain says', () => {
  expect(culprit('help', 'socket-leak').stdout).toBe(culprit('explain', 'socket-leak').stdout);
});

test.each([
  ['saftey', 'There is no help for "saftey"; did you mean safety?'],
  ['quetzalcoatl', 'There is no help for "quetzalcoatl".'],
])('of %s there is none, and it is said', (word, message) => {
  expect(culprit('help', word)).toEqual({
    status: 2,
    stdout: '',
    stderr: `culprit: ${message}\n  \`culprit help\` lists the commands and topics.\n`,
  });
});

test('every topic has a page and sections that exist', () => {
  expect(Object.values(HELP_TOPICS).map(({ page }) => page)).toContain('docs/pods.md');
  expect(() => HELP_TOPIC_NAMES.map((topic) => topicText(topic, WIDTH))).not.toThrow();
});

describe('Markdown', () => {
  const PAGE = ['# Title', '', 'Lead [link](a.md).', '', '## One', 'Text', '', '## Two', 'More'].join('\n');

  test('is read by sections', () => {
    expect(sectionOf(PAGE, null)).toEqual(['', 'Lead [link](a.md).', '']);
    expect(sectionOf(PAGE, 'One')).toEqual(['Text', '']);
    expect(sectionOf(PAGE, 'Two')).toEqual(['More']);
    expect(sectionOf(PAGE, 'Three')).toBeUndefined();
  });

  test('becomes wrapped text', () => {
    const lines = [
      'A **bold** word in a',
      'paragraph, and [a link](b.md).',
      'All of it: [page](docs/page.md).',
      '',
      'More: [page](docs/page.md).',
      '',
      '- one item that is long',
      '  and goes on',
      '- another',
      '',
      '```',
      'culprit   ps',
      '```',
      '| option | meaning |',
      '| --- | --- |',
      '| `-a \\| -b` | first |',
      '| `--a-very-long-option-of-a-table` | second |',
      '',
      '| file | made by | command |',
      '| --- | --- | --- |',
      '| `.x` | a tool | `culprit analyze` |',
    ];
    expect(markdownText(lines, 40).split('\n')).toEqual([
      'A bold word in a paragraph, and a link.',
      'All of it: docs/page.md.',
      '',
      '- one item that is long and goes on',
      '- another',
      '',
      '  culprit   ps',
      '',
      '`-a | -b`                       first',
      '`--a-very-long-option-of-a-table`',
      '                                second',
      '',
      '`.x`',
      '    made by: a tool',
      '    command: `culprit analyze`',
    ]);
  });
});
