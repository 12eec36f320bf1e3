// Options by environment variables, for CI and containers. --max-pause is CULPRIT_MAX_PAUSE for every command that has it, and
// CULPRIT_RECORD_MAX_PAUSE for `record` alone. The command line wins over both, and the variable of one command over that of all.
import type { Command, Option } from 'commander';
import { UsageError } from '../../errors.ts';
import { repeated } from './values.ts';

/** An option that was set by a variable. */
export interface FromEnvironment {
  /** As it is typed: "--max-pause". */
  option: string;
  variable: string;
}

export interface OptionVariables {
  ofCommand: string;
  ofAll: string;
}

/** `command`: of the first level: `audit k8s` goes by `audit`. */
export function variablesOf(command: string, option: Option): OptionVariables {
  const words = option.name().replaceAll('-', '_').toUpperCase();
  return { ofCommand: `CULPRIT_${command.toUpperCase()}_${words}`, ofAll: `CULPRIT_${words}` };
}

/** What a variable may hold. */
export type VariableForm = 'switch' | 'value' | 'value or switch' | 'lines';

export function formOf(option: Option): VariableForm {
  if (isRepeatable(option)) return 'lines';
  if (option.required) return 'value';
  return option.optional ? 'value or switch' : 'switch';
}

const isRepeatable = (option: Option) => option.variadic || option.parseArg === repeated;

/**
 * Sets the options of `command` that its command line, which has been read, does not give. Calls `onTaken` for each, before its
 * value is looked at. An empty variable counts as none. Throws UsageError as the option does.
 */
export function takeEnvironment(
  command: Command,
  env: Readonly<Record<string, string | undefined>>,
  onTaken: (taken: FromEnvironment) => void,
): void {
  const commandName = nameOfFirstLevel(command);
  for (const option of command.options) {
    const key = option.attributeName();
    if (command.getOptionValueSource(key) === 'cli') continue;
    const { ofCommand, ofAll } = variablesOf(commandName, option);
    const variable = [ofCommand, ofAll].find((name) => env[name]);
    if (variable === undefined) continue;
    onTaken({ option: option.long ?? option.flags, variable });
    const value = readValue(option, variable, env[variable]!);
    if (value !== undefined) command.setOptionValueWithSource(key, value, 'env');
  }
}

function nameOfFirstLevel(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : nameOfFirstLevel(parent);
}

const ON = ['1', 'true', 'yes', 'on'];
const OFF = ['0', 'false', 'no', 'off'];

/** As if it had been typed; undefined: as if it had not. */
function readValue(option: Option, variable: string, text: string): unknown {
  const form = formOf(option);
  if (form === 'lines') return readLines(option, text);
  if (form === 'value') return parsed(option, text);
  const word = text.trim().toLowerCase();
  if (ON.includes(word)) return !option.negate;
  if (OFF.includes(word)) return undefined;
  if (form === 'value or switch') return parsed(option, text);
  throw new UsageError(`${variable} cannot be "${text}".`, `Give 1 or 0: ${option.long} is a switch.`);
}

/** One value in each line. */
function readLines(option: Option, text: string): unknown {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (option.variadic) return lines;
  return lines.reduce<unknown>((before, line) => parsed(option, line, before), undefined);
}

const parsed = (option: Option, text: string, before?: unknown): unknown =>
  option.parseArg ? option.parseArg(text, before) : text;

/** Which variables an error may be about: those of the options that it names, else all. */
export function blame(message: string, taken: readonly FromEnvironment[]): string | undefined {
  const named = taken.filter(({ option }) => new RegExp(`${option}(?![\\w-])`).test(message));
  const blamed = (named.length > 0 ? named : taken).filter(({ variable }) => !message.includes(variable));
  if (blamed.length === 0) return undefined;
  // A sub-command and the command above it may both have taken one.
  const sentences = new Set(blamed.map(({ option, variable }) => `${variable} sets ${option}`));
  return `${[...sentences].join(', ')}.`;
}
