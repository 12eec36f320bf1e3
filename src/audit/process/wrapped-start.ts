// A shell or npm as PID 1 before Node: it gets SIGTERM, and a shell does not forward it.
import { LINKS } from '../links.ts';
import type { AuditFacts, ConfigurationRule } from '../rule.ts';

const MANAGERS = /^(npm|npx|yarn|pnpm)$/;
const SHELLS = /^(sh|bash|dash|ash|busybox)$/;
const lastPart = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function wrappersOf({ settings, pod }: AuditFacts): { words: string[]; source: 'proc' | 'pod' } | undefined {
  if (settings.outer.startedThrough?.length) return { words: settings.outer.startedThrough, source: 'proc' };
  if (!pod?.hasCommand || pod.sharesProcesses) return undefined;
  const [first = '', option = '', script = ''] = pod.command;
  const name = lastPart(first);
  // `exec` puts Node in the place of the shell.
  const isShell = SHELLS.test(name) && /^-\w*c$/.test(option) && !/(^|[;&|\s])exec\s/.test(script);
  return isShell || MANAGERS.test(name) ? { words: [name], source: 'pod' } : undefined;
}

export const wrappedStart: ConfigurationRule = {
  check: 'what is PID 1',
  level: 2,
  judge(facts) {
    const { settings, pod } = facts;
    const wrappers = wrappersOf(facts);
    if (!wrappers) {
      if (settings.outer.pidInside === undefined && !pod?.hasCommand)
        return { unknown: 'the process is not on this machine, and no pod spec names its command' };
      return { ok: settings.outer.pidInside === 1 ? 'Node.js itself' : 'no shell or npm before Node.js' };
    }
    const chain = wrappers.words.join(' > ');
    return {
      finding: {
        value: chain,
        severity: 'warning',
        confidence: wrappers.source === 'proc' ? 0.85 : 0.75,
        title: `${wrappers.words[0]} is PID 1 and gets SIGTERM in place of Node.js (${chain} > node)`,
        why: 'a shell does not forward signals, and npm forwards them only in some versions and with some shells. A program that does not get SIGTERM is killed after the grace period',
        evidence: [
          {
            source: wrappers.source,
            statement:
              wrappers.source === 'proc'
                ? `from process 1 down: ${chain} > node`
                : `command: ${pod!.command.slice(0, 3).join(' ').slice(0, 200)}`,
          },
        ],
        innocent:
          'Newer npm forwards SIGTERM to its child; whether it reaches Node.js depends on the shell in between.',
        advice: ['command: ["node", "server.js"]   # or, in a shell: exec node server.js'],
        references: [LINKS.nodeInDocker, LINKS.podTermination],
      },
    };
  },
};
