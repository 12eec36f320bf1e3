// Completions for bash. They need nothing beside bash itself (3.2 and newer), and start no program.
import type { CommandEntry, OptionEntry } from './command-table.ts';
import type { Completed } from './completed-values.ts';

export function completeBash(table: readonly CommandEntry[]): string {
  return `# bash completion for culprit, made by \`culprit completion bash\`
_culprit() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="" options="" words="" files="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command \${COMP_WORDS[i]}" in
      # What follows is the command line of another program.
      *" --") compopt -o default 2> /dev/null; return ;;
${table
  .filter(({ name }) => name !== '')
  .map(stepTo)
  .join('\n')}
    esac
  done
  if [[ $current != -* ]]; then
    case "$command $previous" in
${table.flatMap(valuesOf).join('\n')}
    esac
  fi
  case "$command" in
${table.map(wordsOf).join('\n')}
  esac
  if [[ $current == -* ]]; then
    _culprit_words "$options"
    return
  fi
  [[ -n $files ]] && _culprit_files "$files"
  [[ -n $words ]] && _culprit_words "$words"
}
_culprit_words() {
  COMPREPLY+=($(compgen -W "$1" -- "$current"))
}
_culprit_files() {
  local IFS=$'\\n'
  COMPREPLY+=($(compgen "$1" -- "$current"))
  compopt -o filenames 2> /dev/null
}
complete -F _culprit culprit
`;
}

const stepTo = ({ name }: CommandEntry) =>
  `      ${quoted(name.includes(' ') ? name : ` ${name}`)}) command=${quoted(name)} ;;`;

/** An option whose value is nothing to propose ends it all the same: what follows is that value. */
function valuesOf({ name, options }: CommandEntry): string[] {
  return options
    .filter(({ takes, completed }) => takes === 'a value' || (takes !== 'nothing' && completed !== 'nothing'))
    .map((option) => {
      const patterns = spellings(option).map((spelling) => quoted(`${name} ${spelling}`));
      return `      ${patterns.join('|')}) ${proposed(option.completed)}return ;;`;
    });
}

function proposed(completed: Completed): string {
  if (completed === 'nothing') return '';
  if (completed === 'file') return '_culprit_files -f; ';
  if (completed === 'folder') return '_culprit_files -d; ';
  return `_culprit_words ${quoted(completed.join(' '))}; `;
}

function wordsOf({ name, commands, options, argument }: CommandEntry): string {
  const words = [...commands.map((sub) => sub.name), ...(typeof argument === 'string' ? [] : argument)];
  const sets = [
    `options=${quoted(options.flatMap((option) => spellings(option).at(-1) ?? []).join(' '))}`,
    ...(words.length > 0 ? [`words=${quoted(words.join(' '))}`] : []),
    ...(argument === 'file' ? ['files=-f'] : []),
  ];
  return `    ${quoted(name)}) ${sets.join(' ')} ;;`;
}

const spellings = ({ short, long }: OptionEntry): string[] =>
  [short, long].filter((word) => word !== undefined);

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
