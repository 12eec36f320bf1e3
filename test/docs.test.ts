// The documentation for users: every command and option in it exists, every relative link resolves, and the errors it
// explains are those of the code.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../src/cli/program.ts';
import { END_OF_LIFE, NEWEST_LTS } from '../src/model/node-releases.ts';
import { runtimeTable } from './support/runtime-features.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const textOf = (path: string) => readFileSync(resolve(ROOT, path), 'utf8');
const markdownIn = (folder: string) =>
  readdirSync(resolve(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
const PAGES = ['README.md', ...markdownIn('docs'), ...markdownIn('skills')].sort();
const LONGEST_README = 180;

const all = (command: Command): Command[] => command.commands.flatMap((sub) => [sub, ...all(sub)]);
const commands = all(createProgram([]));
const OPTIONS = new Set(
  commands.flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short])),
);

test('README is short, and the package has all pages', () => {
  expect(textOf('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(LONGEST_README);
  expect(JSON.parse(textOf('package.json')).files).toContain('docs');
});

test('the pages were found, and commands in them', () => {
  expect(PAGES).toContain('docs/findings/heap-leak.md');
  expect(commandsIn(textOf('README.md')).length).toBeGreaterThan(15);
  expect(
    commandsIn(textOf('docs/ci-and-gates.md')).filter((line) => line.startsWith('bench')).length,
  ).toBeGreaterThan(2);
});

describe.each(PAGES)('%s', (page) => {
  const text = textOf(page);

  test('has only links that resolve', () => {
    expect(linksIn(text).filter((link) => !resolves(page, link))).toEqual([]);
  });

  test('has only commands and options that culprit takes', () => {
    expect(commandsIn(text).flatMap(mistakesIn)).toEqual([]);
  });

  test('has only options that some command takes, or that are not ours', () => {
    const spans = [...withoutBlocks(text).matchAll(/`(-[^`]*)`/g)].map(([, span]) => span!);
    const named = spans.flatMap((span) => span.match(/^--?[a-z][\w-]*/) ?? []);
    expect(named.filter((option) => !OPTIONS.has(option) && !NOT_OURS.has(option))).toEqual([]);
  });
});

/** Of Node.js, V8, the test runner of Node.js, kubectl, podman and our scripts. */
const NOT_OURS = new Set([
  '--inspect',
  '--inspect-port',
  '--cpu-prof',
  '--cpu-prof-dir',
  '--heap-prof',
  '--incremental-marking-soft-trigger',
  '--incremental-marking-hard-trigger',
  '--disable-sigusr1',
  '--trace-protector-invalidation',
  '--permission',
  '--allow-inspector',
  '--report-on-fatalerror',
  '--max-old-space-size',
  '--max-semi-space-size',
  '--conditions',
  '--build-arg',
  '--engine',
  '-t',
  '--',
]);

const withoutBlocks = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, '');

function linksIn(text: string): string[] {
  const inText = withoutBlocks(text).replaceAll(/`[^`]*`/g, '');
  return [...inText.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^\w+:/.test(link));
}

function resolves(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : relative(ROOT, resolve(ROOT, dirname(page), path));
  if (file.startsWith('..') || !existsSync(resolve(ROOT, file))) return false;
  return anchor === undefined || anchorsIn(textOf(file)).has(anchor);
}

/** As GitHub makes them of headings. */
function anchorsIn(markdown: string): Set<string> {
  const headings = [...withoutBlocks(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
  return new Set(headings.map(anchor));
}

/** "culprit ..." in code: whole lines of blocks, and spans. */
function commandsIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
    block!.replaceAll(/\\\n\s*/g, '').split('\n'),
  );
  const spans = [...withoutBlocks(text).matchAll(/`([^`]+)`/g)].map(([, span]) =>
    span!.replaceAll(/\s+/g, ' '),
  );
  const typed = /(?:^|\| |\$ |[&;] |- run: )culprit ([a-z].*)$/;
  return [...blocks, ...spans].flatMap((line) => typed.exec(line.trim())?.[1] ?? []);
}

/** Of a command line without "culprit": what its command does not know. Words in angle brackets stand for anything. */
function mistakesIn(line: string): string[] {
  const [ours] = line.split(/ #| > | < | -- |(?<!\\)\|(?= )/);
  const words = ours!.match(/'[^']*'|"[^"]*"|\S+/g)!;
  let command = commands.find((each) => each.name() === words[0] && each.parent?.parent === null);
  if (!command) return [`culprit ${line}: there is no command "${words[0]}"`];
  const sub = command.commands.find((each) => each.name() === words[1]);
  command = sub ?? command;
  const { unknown } = command.parseOptions(words.slice(sub ? 2 : 1));
  return unknown.map((word) => `culprit ${line}: unknown ${word}`);
}

test('mistakes in the documentation would be found', () => {
  expect(mistakesIn('diagnose 4242 --no-such').length).toBe(1);
  expect(mistakesIn('diagnos 4242').length).toBe(1);
  expect(resolves('README.md', 'docs/costs.md#no-such')).toBe(false);
  expect(resolves('README.md', 'docs/no-such.md')).toBe(false);
  expect(commandsIn('```\nkubectl logs x | culprit triage -\n```\nand `culprit ps`')).toEqual([
    'triage -',
    'ps',
  ]);
});

describe('troubleshooting explains errors as culprit says them:', () => {
  const sources = readdirSync(resolve(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => textOf(`src/${name}`).replaceAll("\\'", "'"));
  const errors = [...textOf('docs/troubleshooting.md').matchAll(/^### `(.+)`$/gm)].map(([, error]) => error!);

  test('there are some', () => {
    expect(errors.length).toBeGreaterThan(30);
  });

  test.each(errors)('%s', (error) => {
    const pieces = error
      .split('…')
      .map((piece) => piece.replace(/^: (?=it |this )/, ''))
      .filter((piece) => /\w{2}/.test(piece));
    expect(pieces).not.toEqual([]);
    expect(pieces.filter((piece) => !sources.some((text) => text.includes(piece.trim())))).toEqual([]);
  });
});

describe('versions of Node.js', () => {
  test('the table of what each of them gets is the one that its source makes', () => {
    const page = textOf('docs/node-versions.md');
    const start = page.indexOf('\n', page.indexOf('<!-- versions:start')) + 1;
    const end = page.indexOf('<!-- versions:end -->');
    expect([start > 0, end >= start]).toEqual([true, true]);
    const generated = `${page.slice(0, start)}${runtimeTable()}\n${page.slice(end)}`;
    const isUpdate = expect.getState().snapshotState.snapshotUpdateState === 'all';
    if (isUpdate) writeFileSync(resolve(ROOT, 'docs/node-versions.md'), generated);
    else expect(page).toBe(generated);
  });

  test('examples name the newest LTS line, and the current versions of actions', () => {
    const examples = PAGES.map(textOf).join('\n');
    const found = (pattern: RegExp) => [...examples.matchAll(pattern)].map(([, name]) => name!);
    const nodes = [...found(/node-version: ['"]?(\d+)/g), ...found(/\bnode:(\d+)/g)];
    expect(nodes.length).toBeGreaterThan(2);
    expect([...new Set(nodes)]).toEqual([String(NEWEST_LTS)]);
    expect(new Set(found(/uses: (\S+@\S+)/g))).toEqual(new Set(ACTIONS));
  });

  test('the newest LTS line is supported for longer than any other', () => {
    expect(Object.values(END_OF_LIFE).sort().at(-1)).toBe(END_OF_LIFE[NEWEST_LTS]);
  });
});

/** The newest major versions in November 2026. */
const ACTIONS = [
  'actions/checkout@v7',
  'actions/setup-node@v7',
  'actions/upload-artifact@v7',
  'culprit/culprit@v0',
  'github/codeql-action/upload-sarif@v4',
];
