// A process that runs as root: a vulnerability in it makes it easier to escape from the container.
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

export const rootUser: ConfigurationRule = {
  check: 'user',
  level: 5,
  judge({ settings: { outer }, pod }) {
    if (pod?.runsAsNonRoot) return { ok: 'the pod spec forbids root' };
    if (outer.uid === undefined) return { unknown: 'the process is not on this machine' };
    if (outer.uid !== 0) return { ok: `uid ${outer.uid}` };
    return {
      finding: {
        value: 'root',
        severity: 'notice',
        confidence: 0.8,
        title: 'The process runs as root',
        why: 'an attacker who takes it over can write to every file of the container, and needs one vulnerability less to escape it',
        evidence: [{ source: 'proc', statement: 'its user id is 0' }],
        innocent: 'In a user namespace, root inside the container has no privileges outside it.',
        advice: ['securityContext: { runAsNonRoot: true, runAsUser: 1000 }   # in the image: USER node'],
        references: [LINKS.securityContext, LINKS.nodeInDocker],
      },
    };
  },
};
