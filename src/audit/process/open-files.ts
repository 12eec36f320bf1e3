// A server that may open few files can accept few connections. Node.js raises the soft limit to the hard one itself.
import { formatNumber } from '../../units/units.ts';
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

const LOW = 4_096;

export const openFiles: ConfigurationRule = {
  check: 'limit of open files',
  level: 3,
  judge({ settings: { inner, outer } }) {
    const limit = outer.fdSoftLimit;
    if (limit === undefined) return { unknown: 'there is none, or it could not be read' };
    if (limit >= LOW || inner.servers.length === 0) return { ok: formatNumber(limit) };
    return {
      finding: {
        value: formatNumber(limit),
        severity: 'warning',
        confidence: 0.85,
        title: `A server may open only ${formatNumber(limit)} files and sockets`,
        why: 'every connection takes one, incoming or outgoing; at the limit it can neither accept nor connect (EMFILE)',
        evidence: [
          {
            source: 'proc',
            statement: `Max open files ${formatNumber(limit)}${outer.fdCount === undefined ? '' : `, ${formatNumber(outer.fdCount)} open now`}`,
          },
        ],
        innocent: 'A server with few clients never comes near it.',
        advice: ['ulimit -n 65536, LimitNOFILE=65536 (systemd) or --ulimit nofile=65536 (docker)'],
        references: [LINKS.openFiles],
      },
    };
  },
};
