// `culprit preflight`: can we attach, and what would each step cost. Reads only.
import { lookAhead } from '../../capture/preflight.ts';
import { AttachError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { jsonForTerminal } from '../../report/escape.ts';
import { renderPreflight } from '../../report/text/pages/preflight-text.ts';
import { chooseTarget, sayChoice } from '../choose-target.ts';
import type { ReportOutput } from '../options/report-options.ts';
import { writeWhole } from '../output.ts';

export async function preflight(word: string, { json, quiet }: ReportOutput): Promise<ExitCode> {
  const target = await chooseTarget(word);
  sayChoice(target, quiet === true);
  if (target.kind !== 'process')
    throw new AttachError(
      'A preflight reads /proc, but the process behind an inspector address may be on another machine.',
      'Give the pid of a process on this machine.',
    );
  const found = await lookAhead(target.pid);
  const asJson = `${jsonForTerminal(found)}\n`;
  if (json === true || json === '-') process.stdout.write(asJson);
  else {
    if (typeof json === 'string') writeWhole(json, asJson);
    process.stdout.write(renderPreflight(found, quiet === true));
  }
  return found.canAttach ? EXIT.done : EXIT.cannotAttach;
}
