// The server closes idle connections before the balancer does: now and then a request is sent on a connection that was just
// closed.
import { DEFAULTS } from '../../defaults.ts';
import type { PodContainer } from '../../model/settings/pod.ts';
import type { ServerSettings } from '../../model/settings/settings.ts';
import { formatDuration } from '../../units/units.ts';
import { LINKS } from '../links.ts';
import { type ConfigurationRule, listed, serverName, valuesByServer } from '../rule.ts';

const keepAliveOf = ({ keepAliveMillis = 0 }: ServerSettings) => keepAliveMillis;

/** From another machine: by its address, or because the pod spec says that its port is used. */
function isReachable({ address = '', port }: ServerSettings, pod: PodContainer | undefined): boolean {
  const isLoopback = /^(127\.|::1$|::ffff:127\.)/.test(address);
  return !isLoopback || (port !== undefined && pod?.ports?.includes(port) === true);
}

export const keepAliveTimeout: ConfigurationRule = {
  check: 'server.keepAliveTimeout',
  level: 4,
  judge({ settings, pod, options }) {
    const all = settings.inner.servers.filter(({ keepAliveMillis }) => keepAliveMillis !== undefined);
    if (all.length === 0) return { unknown: 'no HTTP server was found that listens' };
    const known = all.filter((server) => isReachable(server, pod));
    if (known.length === 0)
      return {
        unknown: `only a proxy on this machine reaches ${listed(all.map(serverName))}: it listens on loopback`,
      };
    const idleMillis = (options.balancerIdleSeconds ?? DEFAULTS.audit.balancerIdleSeconds) * 1_000;
    const short = known.filter(
      ({ keepAliveMillis = 0 }) => keepAliveMillis > 0 && keepAliveMillis <= idleMillis,
    );
    if (short.length === 0)
      return {
        ok: `${valuesByServer(known, keepAliveOf)}: longer than the balancer's ${formatDuration(idleMillis)}`,
      };
    const least = Math.min(...short.map(keepAliveOf));
    const values = valuesByServer(short, keepAliveOf);
    const names = listed(short.map(serverName));
    const isOneValue = new Set(short.map(keepAliveOf)).size === 1;
    const isAssumed = options.balancerIdleSeconds === undefined;
    const hasBalancer = !isAssumed || pod !== undefined;
    const source = isAssumed ? 'assumed: the default of AWS ALB and nginx' : 'as given by --balancer-idle';
    return {
      finding: {
        value: formatDuration(least),
        severity: hasBalancer ? 'warning' : 'notice',
        confidence: isAssumed ? (hasBalancer ? 0.75 : 0.6) : 0.95,
        title: `keepAliveTimeout is ${values}, but the balancer keeps idle connections for ${formatDuration(idleMillis)}${isOneValue ? ` (${names})` : ''}`,
        why: 'a request that the balancer sends while the server closes the idle connection is lost: sporadic 502s or ECONNRESET',
        evidence: [
          {
            source: 'process',
            statement: `server.keepAliveTimeout is ${isOneValue ? `${least} on ${names}` : values}`,
          },
          {
            source: isAssumed ? 'assumption' : 'option',
            statement: `the balancer closes idle connections after ${formatDuration(idleMillis)} (${source})`,
          },
        ],
        innocent: 'Without a balancer or proxy that reuses connections, no request is lost.',
        advice: [
          `server.keepAliveTimeout = ${idleMillis + 5_000}; // longer than the balancer's idle time`,
          ...(isAssumed
            ? [
                "Google's balancer keeps them for 600 s: set 620_000 there. Pass the idle time of your balancer with --balancer-idle.",
              ]
            : []),
        ],
        references: [
          LINKS.keepAliveTimeout,
          LINKS.awsBalancer,
          LINKS.nginxUpstream,
          ...(isAssumed ? [LINKS.googleBalancer] : []),
        ],
      },
    };
  },
};
