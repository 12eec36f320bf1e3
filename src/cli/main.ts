// The command line as a program: runs the command that was asked for, and turns errors into text and exit codes, which
// happens nowhere else.
import { tmpdir } from 'node:os';
import { CommanderError } from 'commander';
import { CulpritError, UsageError } from '../errors.ts';
import { EXIT, type ExitCode, exitCodeOfError } from '../exit-codes.ts';
import { FREE_TEMPORARY_SPACE, isDiskFull, reasonOf } from '../recording/output-file.ts';
import type { CommandLine } from './command-line.ts';
import { blame } from './options/environment.ts';
import { exitCodeWithOutputs, tellError } from './outputs/failures.ts';
import { watchStandardOutput } from './outputs/standard-output.ts';
import { createProgram, wordsOfPlugin } from './program.ts';

/** The first word from bin/kubectl-culprit.js. */
const PLUGIN = 'kubectl-plugin';

/** Runs the command line and resolves with the exit code. */
async function main(words: readonly string[]): Promise<ExitCode> {
  const { own, launch } = splitAtDashes(words[0] === PLUGIN ? wordsOfPlugin(words.slice(1)) : words);
  const program = createProgram(launch, own[0]);
  try {
    if (own.length === 0) {
      program.outputHelp();
      return EXIT.wrongUse;
    }
    refuseTarget(own[0]!);
    await program.parseAsync([...own], { from: 'user' });
    return program.exitCode;
  } catch (error) {
    return explain(error, program);
  }
}

/** A pid, a port or an address where a command belongs is what people try first. To attach is more than they may have meant. */
function refuseTarget(word: string): void {
  if (/^(?:\d+|:\d+|[\w.-]+:\d+)$/.test(word))
    throw new UsageError(`"${word}" is not a command.`, `To diagnose that process: culprit diagnose ${word}`);
}

const LAUNCHING = new Set(['diagnose', 'record']);

/**
 * What follows "--" is a command to launch, whatever it looks like. To a pod nothing is launched: there the words after "--"
 * are options like the others. Elsewhere they are arguments, as usual.
 */
function splitAtDashes(argv: readonly string[]): { own: readonly string[]; launch: readonly string[] } {
  const at = argv.indexOf('--');
  if (at < 0) return { own: argv, launch: [] };
  if (argv[0] === 'k8s') return { own: argv.toSpliced(at, 1), launch: [] };
  if (!LAUNCHING.has(argv[0] ?? '')) return { own: argv, launch: [] };
  return { own: argv.slice(0, at), launch: argv.slice(at + 1) };
}

function explain(error: unknown, { fromEnvironment }: CommandLine): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  if (error instanceof CulpritError) {
    const variables = error instanceof UsageError ? blame(error.message, fromEnvironment) : undefined;
    tellError(error, variables);
    return exitCodeOfError(error);
  }
  if (isDiskFull(error)) {
    const { path = tmpdir() } = error as NodeJS.ErrnoException;
    tellError(new UsageError(`Cannot write ${path}: ${reasonOf(error)}.`, FREE_TEMPORARY_SPACE));
    return EXIT.wrongUse;
  }
  process.stderr.write(
    `culprit: this is a bug in culprit, please report it.\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return EXIT.cannotAttach;
}

watchStandardOutput();
const code = await main(process.argv.slice(2));
// A peer that holds a connection open must not hold us; what was written is flushed first, and its errors are heard.
process.stdout.write('', () => setImmediate(() => process.exit(exitCodeWithOutputs(code))));
