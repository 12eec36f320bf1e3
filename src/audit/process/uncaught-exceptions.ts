// Uncaught exceptions end a process, unless a handler keeps it alive in an unknown state.
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

export const uncaughtExceptions: ConfigurationRule = {
  check: 'uncaught exceptions',
  level: 2,
  judge({ settings }) {
    const handlers = settings.inner.uncaughtException;
    if (!handlers) return { unknown: 'the listeners of the process could not be read' };
    if (handlers.count === 0) return { ok: 'they end the process' };
    if (handlers.ending > 0) return { ok: 'a handler ends the process' };
    if (handlers.swallowing < handlers.count)
      return { unknown: 'there is a handler; whether it ends the process is not visible' };
    return {
      finding: {
        value: `${handlers.count} that only log`,
        severity: 'warning',
        confidence: 0.85,
        title: "Uncaught exceptions are swallowed by a handler of 'uncaughtException' that only logs",
        why: 'Node.js documents that it is not safe to continue: what the exception broke stays broken, and sockets and memory stay in use',
        evidence: [
          {
            source: 'process',
            statement: `${handlers.count} of ${handlers.count} listeners do nothing but log`,
          },
        ],
        innocent: 'A development tool may intend to keep running.',
        advice: [
          "import { exit } from 'node:process'; process.on('uncaughtException', (error) => { log(error); exit(1); });",
        ],
        references: [LINKS.uncaughtException],
      },
    };
  },
};
