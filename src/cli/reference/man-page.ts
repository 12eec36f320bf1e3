// The manual page culprit(1), in the standard man macros. The build writes it.
import { EXIT, EXIT_MEANINGS, type ExitName } from '../../exit-codes.ts';
import { VERSION } from '../../version.ts';
import { type CommandEntry, commandTable, type OptionEntry } from './command-table.ts';

/** `date`: of the build, as 2026-11-29. */
export function renderManPage(date: string): string {
  const [program, ...commands] = commandTable();
  return [
    `.TH CULPRIT 1 "${date}" "culprit ${VERSION}" "User Commands"`,
    '.SH NAME',
    'culprit \\- name what is wrong with a running Node.js process',
    '.SH SYNOPSIS',
    '.B culprit',
    '.I command',
    '[options]',
    '.SH DESCRIPTION',
    text(program!.description),
    '.SH COMMANDS',
    ...commands.flatMap(commandOf),
    '.SH EXIT STATUS',
    ...(Object.keys(EXIT) as ExitName[]).flatMap((name) => {
      const { brief, detail } = EXIT_MEANINGS[name];
      return ['.TP', `.B ${EXIT[name]}`, text(`${brief}${detail}`.replaceAll('`', ''))];
    }),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([variable, meaning]) => ['.TP', `.B ${text(variable)}`, text(meaning)]),
    '',
  ].join('\n');
}

const ENVIRONMENT: readonly [variable: string, meaning: string][] = [
  [
    'CULPRIT_OPTION',
    'Sets an option of every command that has it: CULPRIT_MAX_PAUSE is --max-pause. For an option without a value, give 1 or 0; for one that may be repeated, one value per line. The command line takes precedence; an empty variable counts as unset.',
  ],
  [
    'CULPRIT_COMMAND_OPTION',
    'The same for one command: CULPRIT_RECORD_MAX_PAUSE. It takes precedence over CULPRIT_OPTION.',
  ],
  [
    'NO_COLOR, FORCE_COLOR',
    'NO_COLOR turns colours off. FORCE_COLOR turns them on even in files and pipes; FORCE_COLOR=0 turns them off.',
  ],
  ['CI', 'No progress and no questions, even on a terminal; culprit open starts no browser.'],
];

function commandOf({ name, usage, description, options, notes }: CommandEntry): string[] {
  return [
    `.SS culprit ${text(name)} ${text(usage)}`,
    text(sentence(description)),
    ...options.flatMap(optionOf),
    '.PP',
    '.nf',
    ...notes.split('\n').map(text),
    '.fi',
  ];
}

const optionOf = ({ flags, description, byDefault }: OptionEntry): string[] => [
  '.TP',
  `.B ${text(flags)}`,
  text(`${description}${byDefault === undefined ? '' : ` (default: ${byDefault})`}`),
];

const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

/** Nothing in it is a request or an escape. */
const text = (words: string) =>
  words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&');
