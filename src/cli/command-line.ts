// The root command and the commands on it: what they share, options by environment variables, and the exit code of the one
// that ran.
import { Command, type ParseOptionsResult } from 'commander';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type FromEnvironment, takeEnvironment } from './options/environment.ts';
import { checkOutputs } from './outputs/check-outputs.ts';

export class CommandLine extends Command {
  /** Of the command that ran. */
  exitCode: ExitCode = EXIT.done;
  /** The words after "--": a command to launch as the target. */
  readonly launch: readonly string[];
  /** Options of the command that was called, and of those above it. */
  readonly fromEnvironment: FromEnvironment[] = [];

  constructor(launch: readonly string[] = []) {
    super('culprit');
    this.launch = launch;
  }

  override createCommand(name: string): Command {
    return new SubCommand(name, this.fromEnvironment);
  }

  /** An action for commander: `run` resolves with the exit code. Files that it is to write are checked before it begins. */
  ending<Words extends unknown[]>(
    run: (...words: Words) => Promise<ExitCode>,
  ): (...words: Words) => Promise<void> {
    return async (...words) => {
      const command = words.at(-1);
      if (command instanceof Command) checkOutputs(command.name(), command.opts());
      this.exitCode = await run(...words);
    };
  }
}

/** Takes from the environment what its own line does not give, before required options are missed. */
class SubCommand extends Command {
  private readonly fromEnvironment: FromEnvironment[];

  constructor(name: string, fromEnvironment: FromEnvironment[]) {
    super(name);
    this.fromEnvironment = fromEnvironment;
  }

  override createCommand(name: string): Command {
    return new SubCommand(name, this.fromEnvironment);
  }

  override parseOptions(words: string[]): ParseOptionsResult {
    const result = super.parseOptions(words);
    // Help is given whatever the environment holds.
    if (result.unknown.some((word) => word === '--help' || word === '-h')) return result;
    takeEnvironment(this, process.env, (taken) => this.fromEnvironment.push(taken));
    return result;
  }
}
