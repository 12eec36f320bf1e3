// SIGTERM without a handler: the kernel drops it for PID 1, and any other process ends in the middle of its requests.
import { LINKS } from '../links.ts';
import type { AuditFacts, ConfigurationRule } from '../rule.ts';

const isNode = (command: string) => /(^|\/)node(js)?$/.test(command);

/** Advised, not done: apart from its object it is no call that ends culprit (see the test of who may end it). */
const END = 'exit(0)';

/** PID 1 now, or in the pod that the spec describes. */
function isFirstProcess({ settings, pod }: AuditFacts): boolean {
  if (settings.outer.pidInside === 1) return true;
  if (!pod?.hasCommand || pod.sharesProcesses) return false;
  return isNode(pod.command[0] ?? '');
}

export const sigterm: ConfigurationRule = {
  check: 'SIGTERM handler',
  level: 2,
  judge(facts) {
    const count = facts.settings.inner.signals.SIGTERM;
    if (count === undefined) return { unknown: 'the listeners of the process could not be read' };
    if (count > 0) return { ok: count === 1 ? '1 listener' : `${count} listeners` };
    const isFirst = isFirstProcess(facts);
    const isInPodOnly = facts.settings.outer.pidInside !== 1;
    const grace = facts.pod?.gracePeriodSeconds;
    return {
      finding: {
        value: 'none',
        severity: isFirst ? 'critical' : 'notice',
        confidence: isFirst ? 0.95 : 0.8,
        title: isFirst
          ? `Nothing handles SIGTERM, and the process is PID 1${isInPodOnly ? ' in its pod' : ''}: the kernel drops the signal`
          : 'Nothing handles SIGTERM: it ends the process in the middle of its requests',
        why: isFirst
          ? `every stop lasts the whole grace period${grace === undefined ? '' : ` (${grace} s)`} and ends with SIGKILL, cutting whatever is in flight`
          : 'at every deployment and scale-down clients see cut connections',
        evidence: [
          { source: 'process', statement: 'process has no listener for SIGTERM' },
          ...(isFirst
            ? [
                facts.settings.outer.pidInside === 1
                  ? { source: 'proc', statement: 'it is process 1 of its PID namespace (NSpid)' }
                  : {
                      source: 'pod',
                      statement: `command: ${facts.pod!.command.slice(0, 3).join(' ')} makes it process 1 of the container`,
                    },
              ]
            : []),
        ],
        innocent: isFirst
          ? 'An init (tini, docker --init) before it would pass the signal on; there is none here.'
          : 'A process without clients, such as a short job, may be stopped at any time without harm.',
        advice: [
          `process.on('SIGTERM', () => { server.close(() => process.${END}); server.closeIdleConnections?.(); });`,
        ],
        references: [
          LINKS.signals,
          LINKS.podTermination,
          ...(isFirst ? [LINKS.pidNamespaces, LINKS.nodeInDocker] : []),
        ],
      },
    };
  },
};
