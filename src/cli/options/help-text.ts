// What a command's help says after its options: examples, notes, and its exit codes.
import { type Command, Help } from 'commander';
import { EXIT, EXIT_MEANINGS, type ExitName } from '../../exit-codes.ts';

/** A command as it is typed, and where it needs one a few words of what it is for. */
export type Example = readonly [typed: string, purpose?: string];

export interface HelpText {
  examples: readonly Example[];
  /** Text as it stands, after the examples. */
  notes?: string;
  /** The codes that the command can end with, in words of its own where its meaning is narrower. */
  exits: Partial<Record<ExitName, string>>;
}

const HELP_COLUMNS = 80;

export function withHelpText(command: Command, { examples, notes, exits }: HelpText): Command {
  const column = Math.max(...examples.map(([typed, purpose]) => (purpose === undefined ? 0 : typed.length)));
  const lines = examples.map(([typed, purpose]) =>
    purpose === undefined ? `  ${typed}` : `  ${typed.padEnd(column)}  ${purpose}`,
  );
  const parts = [`Examples:\n${lines.join('\n')}`, notes, exitCodesHelp(exits)];
  return command.addHelpText('after', `\n${parts.filter((part) => part !== undefined).join('\n\n')}`);
}

/** "Exit codes: 0 done, 2 wrong use.", wrapped. */
export function exitCodesHelp(exits: HelpText['exits']): string {
  const names = (Object.keys(EXIT) as ExitName[]).filter((name) => exits[name] !== undefined);
  const text = names.map((name) => `${EXIT[name]} ${exits[name]}`).join(', ');
  return wrapped(`Exit codes: ${text}.`);
}

/** As all help is. */
export const wrapped = (text: string): string => new Help().boxWrap(text, HELP_COLUMNS);

export const DONE_OR_WRONG = {
  done: EXIT_MEANINGS.done.brief,
  wrongUse: EXIT_MEANINGS.wrongUse.brief,
} as const;

/** `gates`: the options that make a gate. */
export const gateExits = (gates: string): HelpText['exits'] => ({
  ...DONE_OR_WRONG,
  gateFailed: `${EXIT_MEANINGS.gateFailed.brief} (${gates})`,
});

/** Of the commands that attach. */
export const CAPTURE_EXITS: HelpText['exits'] = {
  ...DONE_OR_WRONG,
  cannotAttach: EXIT_MEANINGS.cannotAttach.brief,
  interrupted: EXIT_MEANINGS.interrupted.brief,
};
