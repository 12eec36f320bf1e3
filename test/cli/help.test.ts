// The help: what is grouped how, that every page fits a screen, and that its examples are commands that culprit takes.
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';

const MOST_LINES = 50;
const COLUMNS = 80;

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => COLUMNS,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

const all = (command: Command): Command[] => command.commands.flatMap((sub) => [sub, ...all(sub)]);
const nameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
const commands = all(createProgram([])).map((command) => [nameOf(command), command] as const);

test('the first page groups the commands by what they work on', async () => {
  await expect(helpOf(createProgram([]))).toMatchFileSnapshot('../golden/help/culprit.txt');
});

describe.each(commands)('%s --help', (_, command) => {
  const text = helpOf(command);
  const examples = /^Examples:\n((?: {2}.+\n)+)/m.exec(text)?.[1]?.trimEnd().split('\n') ?? [];

  test('fits a screen', () => {
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
    expect(lines.filter((line) => line.length > COLUMNS)).toEqual([]);
  });

  test('ends with the exit codes', () => {
    expect(text).toMatch(/\nExit codes: 0 [^.]+, 2 usage\serror[^.]*\.\n$/);
  });

  test('has two examples or more, all of them with options that the command knows', () => {
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const example of examples) {
      const [typed] = example.slice(example.indexOf('culprit ')).split(/ {2,}| > /);
      const words = typed!.match(/'[^']*'|"[^"]*"|\S+/g)!.slice(1);
      const called = words[1] === 'k8s' ? subCommand(words[0]!, 'k8s') : subCommand(words[0]!);
      expect(called?.parseOptions(words).unknown, example).toEqual([]);
    }
  });
});

function subCommand(...names: string[]): Command | undefined {
  return commands.find(([name]) => name === ['culprit', ...names].join(' '))?.[1];
}
