// Rejections that are not handled and not reported: the program goes on with half of its work undone.
import { LINKS } from '../links.ts';
import { type ConfigurationRule, flagValue, nodeMajor } from '../rule.ts';

/** Since Node 15 an unhandled rejection ends the process. */
const THROWS_SINCE = 15;

export const unhandledRejections: ConfigurationRule = {
  check: 'unhandled rejections',
  level: 2,
  judge(facts) {
    const { settings } = facts;
    const major = nodeMajor(facts);
    const handlers = settings.inner.unhandledRejection;
    const flag = flagValue(settings, '--unhandled-rejections');
    const mode = flag ?? (major !== undefined && major < THROWS_SINCE ? 'warn' : 'throw');
    const swallows = handlers !== undefined && handlers.count > 0 && handlers.swallowing === handlers.count;
    const isSilent = mode === 'none' || mode === 'warn' || mode === 'warn-with-error-code';
    if (isSilent || (swallows && mode !== 'strict')) {
      const how = swallows
        ? "a handler of 'unhandledRejection' that only logs"
        : `--unhandled-rejections=${mode}`;
      return {
        finding: {
          value: swallows ? `${handlers.count} that only log` : mode,
          severity: 'warning',
          confidence: swallows ? 0.85 : 0.95,
          title: `Unhandled rejections are swallowed by ${how}`,
          why: 'a failed promise leaves requests without an answer, locks held and data half written, and the process looks healthy',
          evidence: [
            {
              source: 'process',
              statement: swallows
                ? `${handlers.count} of ${handlers.count} listeners do nothing but log`
                : `mode ${mode}${flag === undefined ? ', the default of this version' : ', set by a flag'}`,
            },
          ],
          innocent: 'Where each rejection is counted and watched elsewhere, continuing may be intended.',
          advice: [
            swallows
              ? "process.on('unhandledRejection', (error) => { throw error; }); // or remove the handler"
              : 'node --unhandled-rejections=throw   # the default since Node 15',
          ],
          references: [LINKS.unhandledRejections, LINKS.unhandledRejectionEvent],
        },
      };
    }
    if (!handlers) return { unknown: 'the listeners of the process could not be read' };
    if (handlers.count > handlers.swallowing && handlers.ending === 0)
      return { unknown: 'there is a handler; whether it ends the process is not visible' };
    return { ok: handlers.count === 0 ? `mode ${mode}` : 'a handler ends the process' };
  },
};
