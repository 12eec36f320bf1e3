// Completions for fish, with the descriptions of the help.
import type { CommandEntry, OptionEntry } from './command-table.ts';
import type { Completed } from './completed-values.ts';

export function completeFish(table: readonly CommandEntry[]): string {
  return `# fish completion for culprit, made by \`culprit completion fish\`
function __fish_culprit_at --argument-names wanted
    set -l found
    for word in (commandline -opc)[2..]
        # What follows is the command line of another program.
        test "$word" = -- && return 1
        switch "$found $word"
${table
  .filter(({ name }) => name !== '')
  .map(stepTo)
  .join('\n')}
        end
    end
    test "$found" = "$wanted"
end
complete -c culprit -f
${table.flatMap(linesOf).join('\n')}
`;
}

const stepTo = ({ name }: CommandEntry) =>
  `            case ${quoted(name.includes(' ') ? name : ` ${name}`)}\n                set found ${quoted(name)}`;

function linesOf({ name, commands, argument, options }: CommandEntry): string[] {
  const here = `complete -c culprit -n ${quoted(`__fish_culprit_at ${quoted(name)}`)}`;
  return [
    ...commands.map((sub) => `${here} -a ${sub.name} -d ${quoted(sub.summary)}`),
    ...(argument === 'file' ? [`${here} -F`] : []),
    ...(typeof argument === 'string' ? [] : [`${here} -a ${quoted(argument.join(' '))}`]),
    ...options.map((option) => `${here} ${optionWords(option)}`),
  ];
}

function optionWords({ short, long, description, takes, completed }: OptionEntry): string {
  return [
    ...(short === undefined ? [] : ['-s', short.slice(1)]),
    ...(long === undefined ? [] : ['-l', long.slice(2)]),
    // -x: a value, which is no file.
    ...(takes === 'a value' ? [completed === 'file' ? '-r' : '-x'] : []),
    ...(takes === 'nothing' ? [] : proposed(completed)),
    '-d',
    quoted(description),
  ].join(' ');
}

function proposed(completed: Completed): string[] {
  if (completed === 'nothing') return [];
  if (completed === 'file') return ['-F'];
  return ['-a', quoted(completed === 'folder' ? '(__fish_complete_directories)' : completed.join(' '))];
}

const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
