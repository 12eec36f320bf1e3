// `preflight`: what a capture would cost, and what the user would be asked.
import { lookAhead } from '../../capture/preflight.ts';
import { consentText } from '../consent.ts';
import { lookEntries } from '../look-words.ts';
import { targetOf } from '../target-of.ts';
import { READS_ONLY, type Tool } from '../tool.ts';

export const preflightTool: Tool<typeof lookEntries> = {
  name: 'preflight',
  title: 'Cost of a capture',
  description:
    'Tells whether culprit can look into a process, what each step of diagnose would cost it, and the text to which the user consents. Takes the arguments of diagnose. Sends nothing to the process.',
  entries: lookEntries,
  annotations: READS_ONLY,
  async run(words) {
    const { pid, note } = await targetOf(words.pid);
    const found = await lookAhead(pid);
    const { canAttach, reason, cure, caveat, steps, notes } = found;
    return {
      summary: canAttach
        ? `Process ${pid} can be diagnosed; this needs the consent of the user.`
        : `Process ${pid} cannot be diagnosed.`,
      body: {
        pid,
        canAttach,
        ...(note !== undefined && { chosen: note }),
        ...(reason !== undefined && { reason, cure }),
        ...(canAttach && { consentText: consentText(found, { ...words, pid }) }),
        steps: steps.map(({ step, when, pauseMillis, extraBytes }) => ({
          step,
          when,
          pauseMillis,
          extraBytes,
        })),
      },
      notJudged: [...(caveat === undefined ? [] : [caveat]), ...notes],
    };
  },
};
