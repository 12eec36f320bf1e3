// The commands and options as plain data, read from the program that --help prints: completions, the man page and the table of
// variables are made of it.
import type { Argument, Command, Option } from 'commander';
import { HELP_TOPIC_NAMES } from '../options/help-topics.ts';
import { createProgram } from '../program.ts';
import { type Completed, completedForArgument, completedForOption } from './completed-values.ts';

export interface CommandEntry {
  /** "diagnose", "audit k8s"; "" is the program itself. */
  name: string;
  /** In a line, without a full stop. */
  summary: string;
  description: string;
  /** What follows its name: "[options] <target> | k8s <pod>". */
  usage: string;
  /** Sub-commands, by their last word. */
  commands: { name: string; summary: string }[];
  argument: Completed;
  options: OptionEntry[];
  /** What its help says after the options: examples, notes, exit codes. */
  notes: string;
}

export interface OptionEntry {
  /** As the help shows it: "-o, --out <file>". */
  flags: string;
  long?: string;
  short?: string;
  description: string;
  takes: 'nothing' | 'a value' | 'perhaps a value';
  completed: Completed;
  /** As text, where the help shows one. */
  byDefault?: string;
  option: Option;
}

/** The program first, each command before its sub-commands, in the order of the help. */
export function commandTable(): CommandEntry[] {
  const entries = (command: Command): CommandEntry[] => [
    entryOf(command),
    ...command.commands.flatMap((sub) => entries(sub)),
  ];
  return entries(createProgram([]));
}

function entryOf(command: Command): CommandEntry {
  const help = command.createHelp();
  return {
    name: nameOf(command),
    summary: help.subcommandDescription(command),
    description: help.commandDescription(command),
    usage: command.usage(),
    commands: help
      .visibleCommands(command)
      // Not the one that commander adds to each command with others below it.
      .filter((sub) => command.commands.includes(sub))
      .map((sub) => ({ name: sub.name(), summary: help.subcommandDescription(sub) })),
    argument: command.name() === 'help' ? wordsOfHelp(command) : completedFor(command.registeredArguments),
    options: help.visibleOptions(command).map(optionOf),
    notes: notesOf(command),
  };
}

/** Without the name of the program. */
function nameOf(command: Command): string {
  if (command.parent === null) return '';
  return `${nameOf(command.parent)} ${command.name()}`.trim();
}

/** Topics, and what its program can do. */
const wordsOfHelp = (command: Command): string[] => [
  ...HELP_TOPIC_NAMES,
  ...(command.parent?.commands ?? []).map((each) => each.name()),
];

const completedFor = ([first]: readonly Argument[]): Completed =>
  first === undefined ? 'nothing' : completedForArgument(first.name());

function optionOf(option: Option): OptionEntry {
  return {
    flags: option.flags,
    ...(option.long !== undefined && { long: option.long }),
    ...(option.short !== undefined && { short: option.short }),
    description: option.description,
    takes: option.required ? 'a value' : option.optional ? 'perhaps a value' : 'nothing',
    completed: completedForOption(option.flags),
    ...(typeof option.defaultValue === 'string' && { byDefault: option.defaultValue }),
    option,
  };
}

/** Texts after the help are written when it is printed, and known to nobody before. */
function notesOf(command: Command): string {
  let text = '';
  const width = 80;
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => width,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  const start = text.search(/^(?:Examples|Exit codes):/m);
  return start < 0 ? '' : text.slice(start).trimEnd();
}
