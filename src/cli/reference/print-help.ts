// `culprit help [topic or command...]`: the help of a command, a page of a topic, or what a kind of finding means.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import { EXIT, EXIT_MEANINGS, type ExitCode, type ExitName } from '../../exit-codes.ts';
import { FINDING_KINDS } from '../../model/finding.ts';
import { nearestName } from '../../model/nearest-name.ts';
import { hangingLines } from '../../report/layout.ts';
import { HELP_TOPIC_NAMES, HELP_TOPICS, type HelpTopic, type HelpTopicName } from '../options/help-topics.ts';
import { markdownText, sectionOf } from './markdown-text.ts';

/** Prose is hard to read in longer lines. */
const LONGEST_LINE = 100;

/** Throws a UsageError, with the nearest name, for what is neither a command nor a topic nor a kind. */
export async function help(words: readonly string[], program: Command): Promise<ExitCode> {
  const [first, ...others] = words;
  const command = commandAt(program, words);
  if (command) {
    command.outputHelp();
    return EXIT.done;
  }
  const topic = HELP_TOPIC_NAMES.find((name) => name === first);
  if (topic !== undefined && others.length === 0) {
    const width = Math.min(LONGEST_LINE, process.stdout.columns ?? LONGEST_LINE);
    process.stdout.write(topicText(topic, width));
    return EXIT.done;
  }
  if (FINDING_KINDS.some((kind) => kind === first) && others.length === 0)
    return (await import('../work/explain.ts')).explain(first);
  const word = words.join(' ');
  const names = [...HELP_TOPIC_NAMES, ...program.commands.map((each) => each.name()), ...FINDING_KINDS];
  const near = nearestName(word, names);
  throw new UsageError(
    `There is no help for "${word}"${near === null ? '.' : `; did you mean ${near}?`}`,
    '`culprit help` lists the commands and topics.',
  );
}

/** The program itself for no word; undefined where a word names no command. */
function commandAt(program: Command, words: readonly string[]): Command | undefined {
  return words.reduce<Command | undefined>(
    (command, word) => command?.commands.find((each) => each.name() === word),
    program,
  );
}

/** Ends with a line break. */
export function topicText(name: HelpTopicName, width: number): string {
  const topic: HelpTopic = HELP_TOPICS[name];
  if (name === 'exit-codes') return exitCodesText(width);
  const markdown = readPage(topic.page);
  const parts = topic.sections.map((heading) => {
    const lines = sectionOf(markdown, heading);
    if (lines === undefined) throw new Error(`${topic.page} has no section "${heading}"`);
    return markdownText(lines, width);
  });
  return `${[...parts, `More: ${topic.more ?? topic.page}`].join('\n\n')}\n`;
}

function exitCodesText(width: number): string {
  const rows = (Object.keys(EXIT) as ExitName[]).flatMap((name) => {
    const { brief, detail } = EXIT_MEANINGS[name];
    return hangingLines(String(EXIT[name]).padEnd(5), `${brief}${detail}`, width);
  });
  return `${rows.join('\n')}\n`;
}

/** Of the package: its pages lie beside dist/. */
function readPage(path: string): string {
  const root = import.meta.url.endsWith('.ts') ? '../../../' : '../';
  return readFileSync(new URL(`${root}${path}`, import.meta.url), 'utf8');
}
