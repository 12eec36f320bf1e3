// Completions for zsh, with the descriptions of the help.
import type { CommandEntry, OptionEntry } from './command-table.ts';
import type { Completed } from './completed-values.ts';

export function completeZsh(table: readonly CommandEntry[]): string {
  return `#compdef culprit
# zsh completion for culprit, made by \`culprit completion zsh\`
_culprit() {
  local command=""
  integer i found=1
  for ((i = 2; i < CURRENT; i++)); do
    case "$command $words[i]" in
      # What follows is the command line of another program.
      (*" --") shift i words; ((CURRENT -= i)); _normal; return ;;
${table
  .filter(({ name }) => name !== '')
  .map(stepTo)
  .join('\n')}
    esac
  done
  # The options of a command stand after its name.
  shift $((found - 1)) words
  ((CURRENT -= found - 1))
  case "$command" in
${table.map(argumentsOf).join('\n')}
  esac
}
if [[ "$funcstack[1]" == _culprit ]]; then
  _culprit "$@"
else
  compdef _culprit culprit
fi
`;
}

const stepTo = ({ name }: CommandEntry) =>
  `      (${quoted(name.includes(' ') ? name : ` ${name}`)}) command=${quoted(name)} found=i ;;`;

function argumentsOf({ name, commands, options, argument }: CommandEntry): string {
  const specs = [...options.map(specOf), ...positional(commands, argument)];
  const lines = specs.map((spec) => ` \\\n        ${spec}`).join('');
  return `    (${quoted(name)})\n      _arguments -S${lines} ;;`;
}

function specOf({ short, long, description, takes, completed, flags }: OptionEntry): string {
  const value = /[<[](.*)[>\]]$/.exec(flags)?.[1] ?? '';
  const values = { nothing: '', 'a value': ':', 'perhaps a value': '::' }[takes];
  const after = `[${escaped(description)}]${values === '' ? '' : `${values}${escaped(value)}:${actionOf(completed)}`}`;
  if (short === undefined || long === undefined) return quoted(`*${long ?? short}${after}`);
  return `'*'{${short},${long}}${quoted(after)}`;
}

function actionOf(completed: Completed): string {
  if (completed === 'nothing') return ' ';
  if (completed === 'file') return '_files';
  return completed === 'folder' ? '_files -/' : `(${completed.join(' ')})`;
}

function positional(commands: CommandEntry['commands'], argument: Completed): string[] {
  const names = commands.map(({ name }) => name).join(' ');
  if (argument === 'file') return [quoted(names ? `*: :{_files; compadd -- ${names}}` : '*: :_files')];
  if (typeof argument !== 'string') return [quoted(`*: :(${argument.join(' ')})`)];
  const described = commands.map(({ name, summary }) => `${name}\\:"${summary.replaceAll(/["$`\\:]/g, '')}"`);
  return [quoted(`*: :${described.length > 0 ? `((${described.join(' ')}))` : ' '}`)];
}

/** Within a spec of _arguments. */
const escaped = (text: string) => text.replaceAll(/[\\:[\]]/g, String.raw`\$&`);

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
