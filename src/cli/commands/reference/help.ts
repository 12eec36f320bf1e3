// `culprit help`: about a topic, or a command.
import type { ExitCode } from '../../../exit-codes.ts';
import type { CommandLine } from '../../command-line.ts';
import { DONE_OR_WRONG, withHelpText } from '../../options/help-text.ts';
import { HELP_TOPIC_NAMES, HELP_TOPICS } from '../../options/help-topics.ts';

export function register(program: CommandLine): void {
  const command = program
    .command('help')
    .summary('about a topic, or a command')
    .argument('[topic or command...]')
    .description('print help on a topic or a command');
  withHelpText(command, {
    examples: [['culprit help safety'], ['culprit help audit k8s', 'as culprit audit k8s --help']],
    notes: `Topics:\n${topicRows().join('\n')}`,
    exits: DONE_OR_WRONG,
  }).action(program.ending((words: string[]) => run(words, program)));
}

function topicRows(): string[] {
  const longest = Math.max(...HELP_TOPIC_NAMES.map((name) => name.length));
  return HELP_TOPIC_NAMES.map((name) => `  ${name.padEnd(longest + 2)}${HELP_TOPICS[name].summary}`);
}

async function run(words: readonly string[], program: CommandLine): Promise<ExitCode> {
  return (await import('../../reference/print-help.ts')).help(words, program);
}
