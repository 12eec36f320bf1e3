// The list of commands, by group, and what is the same for all of them.

import { UsageError } from '../errors.ts';
import { EXIT_MEANINGS } from '../exit-codes.ts';
import { VERSION } from '../version.ts';
import { CommandLine } from './command-line.ts';
import { register as analyze } from './commands/analyze.ts';
import { register as audit } from './commands/audit.ts';
import { register as bench } from './commands/bench.ts';
import { register as compare } from './commands/compare.ts';
import { register as diagnose } from './commands/diagnose.ts';
import { register as flame } from './commands/flame.ts';
import { register as heap } from './commands/heap.ts';
import { register as k8s } from './commands/k8s.ts';
import { register as mcp } from './commands/mcp.ts';
import { register as open } from './commands/open.ts';
import { register as preflight } from './commands/preflight.ts';
import { register as ps } from './commands/ps.ts';
import { register as record } from './commands/record.ts';
import { register as completion } from './commands/reference/completion.ts';
import { register as explain } from './commands/reference/explain.ts';
import { register as help } from './commands/reference/help.ts';
import { register as triage } from './commands/triage.ts';
import { register as watch } from './commands/watch.ts';
import { exitCodesHelp, wrapped } from './options/help-text.ts';
import { HELP_TOPIC_NAMES } from './options/help-topics.ts';

type Register = (program: CommandLine) => void;

/** In the order of the help. */
const GROUPS: Record<string, Record<string, Register>> = {
  'Running processes:': { diagnose, record, watch },
  'Pods, containers and other hosts:': { k8s },
  'Files:': { analyze, heap, flame, triage, open },
  'Comparisons:': { compare, bench },
  'Checks:': { ps, preflight, audit },
  'Agents:': { mcp },
  'Reference:': { help, explain, completion },
};

/**
 * `launch`: the words after "--", where they are a command to launch. `asked`: the first word of the command line. Where it
 * names a command, only that one is registered, because declaring the options of all takes longer than reading the line.
 */
export function createProgram(launch: readonly string[], asked?: string): CommandLine {
  const program = new CommandLine(launch);
  program
    .description(
      'Point it at a running Node.js process: it names what is wrong, proves it, says what to do, and leaves the process as it found it.',
    )
    .version(VERSION)
    // Ours knows topics as well.
    .helpCommand(false)
    .showHelpAfterError('Run with --help for the options.')
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${withoutOptions(command.usage())}` })
    // Ours says which one.
    .allowExcessArguments()
    .hook('preAction', (_, called) => refuseExcess(called.args, called.registeredArguments));
  for (const [heading, commands] of commandsFor(asked)) {
    program.commandsGroup(heading);
    for (const register of Object.values(commands)) register(program);
  }
  const exits = Object.fromEntries(Object.entries(EXIT_MEANINGS).map(([name, { brief }]) => [name, brief]));
  return program.addHelpText('after', `\n${TOPICS_HELP}\n\n${exitCodesHelp(exits)}`) as CommandLine;
}

const TOPICS_HELP = wrapped(`Topics of culprit help: ${HELP_TOPIC_NAMES.join(', ')}.`);

/** All, unless the word names one other than help, or asks for the version, which is printed without any. */
function commandsFor(asked: string | undefined): [heading: string, Record<string, Register>][] {
  const groups = Object.entries(GROUPS);
  if (asked === undefined || asked === 'help') return groups;
  if (asked === '--version' || asked === '-V') return [];
  const found = groups.find(([, commands]) => Object.hasOwn(commands, asked));
  return found === undefined ? groups : [[found[0], { [asked]: found[1][asked]! }]];
}

const LOOK_INTO_PODS = new Set(['audit', 'triage']);
const OF_THE_PROGRAM = new Set(['-h', '--help', '-V', '--version', 'help']);

/**
 * The words of `kubectl culprit ...` as culprit takes them: a pod alone is diagnosed, `audit` and `triage` look into a pod, and every
 * other command is as it is.
 */
export function wordsOfPlugin(words: readonly string[]): readonly string[] {
  const [first, second] = words;
  if (first === undefined || OF_THE_PROGRAM.has(first)) return words;
  if (LOOK_INTO_PODS.has(first)) return second === 'k8s' ? words : words.toSpliced(1, 0, 'k8s');
  const isCommand = Object.values(GROUPS).some((commands) => Object.hasOwn(commands, first));
  return isCommand ? words : ['k8s', ...words];
}

const withoutOptions = (usage: string) => usage.replace(/^\[options\] ?/, '');

function refuseExcess(given: readonly string[], taken: readonly { variadic: boolean }[]): void {
  const extra = given[taken.length];
  if (extra === undefined || taken.at(-1)?.variadic) return;
  throw new UsageError(`Unexpected argument "${extra}".`, 'Run with --help for the arguments.');
}
