// `culprit mcp`: the same work as tools for agents, over the Model Context Protocol.
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { DONE_OR_WRONG, withHelpText } from '../options/help-text.ts';
import type { McpOptions } from '../work/mcp.ts';

const NOTES = `It speaks the Model Context Protocol on standard input and output, and ends
when its input does. A capture needs the consent of the user: the
client asks, or where it cannot, the agent has to say that the user agreed.`;

export function register(program: CommandLine): void {
  const command = program
    .command('mcp')
    .summary('tools for agents, over the Model Context Protocol')
    .description('serve diagnose, heap, triage and the like as tools for agents')
    .option(
      '--files <dirs...>',
      'folders that tools may read files from: logs, recordings, heap snapshots; the current one, unless given',
    );
  withHelpText(command, {
    examples: [
      ['culprit mcp', 'the command to give an agent'],
      ['culprit mcp --files ./logs ./recordings', 'reads these folders only'],
    ],
    notes: NOTES,
    exits: DONE_OR_WRONG,
  }).action(program.ending(run));
}

export async function run(options: McpOptions): Promise<ExitCode> {
  return (await import('../work/mcp.ts')).serveTools(options);
}
