// The root command: what the commands registered on it need to know, and the exit code of the one that ran.
import { Command } from 'commander';
import { EXIT, type ExitCode } from '../exit-codes.ts';

export class CommandLine extends Command {
  /** Of the command that ran. */
  exitCode: ExitCode = EXIT.done;
  /** The words after "--": a command to launch as the target. */
  readonly launch: readonly string[];

  constructor(launch: readonly string[] = []) {
    super('culprit');
    this.launch = launch;
  }

  /** An action for commander: `run` resolves with the exit code. */
  ending<Words extends unknown[]>(
    run: (...words: Words) => Promise<ExitCode>,
  ): (...words: Words) => Promise<void> {
    return async (...words) => {
      this.exitCode = await run(...words);
    };
  }
}
