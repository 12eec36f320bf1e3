// The options of every comparison of two sides: gates, and what it is written as.

import type { Command } from 'commander';
import { DEFAULTS } from '../../defaults.ts';
import { formatShare } from '../../units/units.ts';
import {
  type HtmlOption,
  type JsonOption,
  ONLY_VERDICT,
  type QuietOption,
  withHtml,
  withJson,
  withQuiet,
} from './report-options.ts';
import { repeated } from './values.ts';

export interface GateOptions {
  failOn?: string[];
  config?: string;
  onUnsure?: string;
  accepted?: string;
  baseline?: string;
  saveBaseline?: string;
  record?: string;
}

export interface ComparisonOutput extends JsonOption, HtmlOption, QuietOption {
  markdown?: string | boolean;
  junit?: string;
  sarif?: string;
  annotations?: boolean;
  flame?: string;
}

export interface ComparisonOptions extends GateOptions, ComparisonOutput {
  smallest?: string;
}

export function withComparisonOptions(command: Command): Command {
  return withOutputs(
    command
      .option(
        '--smallest <share>',
        `ignore changes smaller than this (default: ${formatShare(DEFAULTS.comparison.smallest)})`,
      )
      .option('--fail-on <rule>', 'a gate: "cpu.total>3%", "heap.leak"; repeatable', repeated)
      .option('--on-unsure <how>', `undecided gates: pass or fail (default: ${DEFAULTS.comparison.onUnsure})`)
      .option('--config <file>', 'gates and settings (default: culprit.json, if present)')
      .option('--accepted <file>', 'accepted findings (default: culprit.accepted.json)')
      .option('--baseline <file>', 'a stored baseline, for gates that begin "baseline."')
      .option('--save-baseline <file>', 'store what head costs as a baseline')
      .option('--record <file>', 'write the record of all gate decisions'),
  );
}

function withOutputs(command: Command): Command {
  const files = withHtml(withJson(command, 'the comparison as JSON'), 'the comparison')
    .option('--markdown [file]', 'for a comment on a pull request')
    .option('--junit <file>', 'JUnit XML')
    .option('--sarif <file>', 'SARIF 2.1.0')
    .option('--annotations', 'print GitHub annotations, too')
    .option('--flame <file>', 'a differential flame graph as one HTML file');
  return withQuiet(files, ONLY_VERDICT);
}
