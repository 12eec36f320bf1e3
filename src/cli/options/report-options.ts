// The options of a report: where it goes, how much it says, and from which severity on it fails.
import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import { SEVERITIES, type Severity } from '../../model/finding.ts';

export interface QuietOption {
  quiet?: boolean;
}

export function withQuiet(command: Command, description: string): Command {
  return command.option('--quiet', description);
}

export interface JsonOption {
  /** A file; true or "-" is standard output, in place of the text. */
  json?: string | boolean;
}

export function withJson(command: Command, what = 'the report as JSON'): Command {
  return command.option('--json [file]', `${what}; "-" or nothing: standard output`);
}

export interface HtmlOption {
  /** A file. */
  html?: string;
}

export function withHtml(command: Command, what = 'the report'): Command {
  return command.option('--html <file>', `also ${what} as one HTML file that opens from disk`);
}

export interface FailOnOption {
  failOn?: Severity;
}

export function withFailOn(command: Command): Command {
  return command.option(
    '--fail-on <severity>',
    'exit with 1 when a finding is at least this severe: notice, warning, critical',
    parseSeverity,
  );
}

/** Throws UsageError. */
export function parseSeverity(word: string): Severity {
  const found = SEVERITIES.find((severity) => severity === word);
  if (!found) throw new UsageError(`"${word}" is not a severity.`, `Give one of ${SEVERITIES.join(', ')}.`);
  return found;
}

/** Where a report goes, and how much of it. */
export interface ReportOutput extends JsonOption, HtmlOption, QuietOption {}

/** All options of a command that ends with a report of findings. */
export interface ReportOptions extends ReportOutput, FailOnOption {}

/** What --quiet does. */
export const ONLY_VERDICT = 'no progress; print only the verdict';
export const ONLY_TITLES = `${ONLY_VERDICT} and titles`;

export function withReportOptions(command: Command, quiet = 'verdict and titles only'): Command {
  return withQuiet(withFailOn(withHtml(withJson(command))), quiet);
}
