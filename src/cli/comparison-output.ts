// How every comparison ends: gates decided, text on standard output, the files that were asked for, an exit code.
import type { CompareResult } from '../comparison/compare.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { isNothingCompared } from '../findings/gates/decide-gates.ts';
import type { Comparison } from '../model/comparison/comparison.ts';
import { COMPARISON_RENDERERS, type ComparisonFormat } from '../report/compare/formats.ts';
import { type Gates, gatesExitCode, withGates, writeGateFiles } from './gating.ts';
import type { ComparisonOutput, GateOptions } from './options/comparison-options.ts';
import { writeHtml, writeWhole } from './output.ts';
import { usesColors } from './terminal.ts';

/** The end of every comparison: its gates decided, all that was asked for written, and its exit code. */
export async function tellComparison(
  { comparison, compared }: CompareResult,
  gates: Gates,
  options: ComparisonOutput & GateOptions,
): Promise<ExitCode> {
  const judged = withGates(comparison, gates);
  await writeComparison(judged, compared, options);
  writeGateFiles(judged, options);
  return isNothingCompared(judged) ? EXIT.cannotAttach : gatesExitCode(judged);
}

/** `-` (or no file) is standard output, in place of the text. */
async function writeComparison(
  comparison: Comparison,
  compared: CompareResult['compared'],
  output: ComparisonOutput,
): Promise<void> {
  const width = Math.min(120, Math.max(60, process.stdout.columns ?? 100));
  const look = { colors: usesColors(), width, quiet: output.quiet };
  const render = (format: ComparisonFormat) => COMPARISON_RENDERERS[format](comparison, look);
  let isTextWanted = true;
  for (const format of ['json', 'markdown', 'junit', 'sarif'] as const) {
    const file = output[format];
    if (file === undefined || file === false) continue;
    if (typeof file === 'string' && file !== '-') writeWhole(file, render(format));
    else {
      process.stdout.write(render(format));
      isTextWanted = false;
    }
  }
  await writeHtml(comparison, output);
  if (output.flame !== undefined) {
    const { renderDiffFlameHtml } = await import('../report/flame/diff-html.ts');
    const { per, base, head, functions } = comparison;
    const title = `${head.label} compared with ${base.label}`;
    writeWhole(
      output.flame,
      renderDiffFlameHtml({ title, per, base, head, functions, nodes: compared.tree() }),
    );
  }
  if (isTextWanted) process.stdout.write(render('text'));
  if (output.annotations) process.stdout.write(render('annotations'));
}
