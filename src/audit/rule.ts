// What a rule on settings is: facts in; a draft of a finding, "fine", or why it cannot be decided.
import type { Severity } from '../model/finding.ts';
import type { PodContainer } from '../model/settings/pod.ts';
import { majorOf, type ServerSettings, type Settings } from '../model/settings/settings.ts';
import { formatDuration } from '../units/units.ts';

export interface AuditOptions {
  /** How long the balancer before it keeps an idle connection; absent: assumed. */
  balancerIdleSeconds?: number;
}

export interface AuditFacts {
  settings: Settings;
  pod?: PodContainer;
  options: AuditOptions;
}

export interface ConfigurationDraft {
  /** As it was found: "5 s". */
  value: string;
  severity: Severity;
  confidence: number;
  title: string;
  /** The harm, as one sentence. */
  why: string;
  evidence: { source: string; statement: string }[];
  innocent: string;
  /** Each names the exact setting. */
  advice: string[];
  caveats?: string[];
  references: string[];
}

export type Judged = { ok: string } | { unknown: string } | { finding: ConfigurationDraft };

export interface ConfigurationRule {
  /** What is checked, which is also the subject of its finding: stable. */
  check: string;
  /** The level that demands it: audit-level.ts. */
  level: 2 | 3 | 4 | 5;
  judge(facts: AuditFacts): Judged;
}

export const nodeMajor = ({ settings }: AuditFacts): number | undefined =>
  majorOf(settings.process.nodeVersion);

/** All flags that Node was started with, the last of which wins. */
export function nodeFlags({ inner }: Settings): string[] {
  const fromOptions = (inner.env.NODE_OPTIONS ?? '').split(/\s+/).filter((word) => word !== '');
  return [...fromOptions, ...inner.flags];
}

/** "--name=value" or "--name value"; undefined when it is not given. Underscores are as good as dashes, as in V8. */
export function flagValue(settings: Settings, name: string): string | undefined {
  const flags = nodeFlags(settings).map((flag) => flag.replaceAll(/_(?=[^=]*(=|$))/g, '-'));
  for (let i = flags.length - 1; i >= 0; i--) {
    if (flags[i] === name) return flags[i + 1] ?? '';
    if (flags[i]!.startsWith(`${name}=`)) return flags[i]!.slice(name.length + 1);
  }
  return undefined;
}

/** "http :3000", or "http" where the port is not known. */
export function serverName({ kind, port }: { kind: string; port?: number }): string {
  return port === undefined ? kind : `${kind} :${port}`;
}

/** "5 s on http :3000, 1 s on http :3001"; the value alone where it is the same on all. */
export function valuesByServer(
  servers: readonly ServerSettings[],
  millisOf: (server: ServerSettings) => number,
  most = 4,
): string {
  const words = new Map<string, string[]>();
  for (const server of servers.toSorted((a, b) => millisOf(a) - millisOf(b))) {
    const value = millisOf(server) === 0 ? '0 (off)' : formatDuration(millisOf(server));
    words.set(value, [...(words.get(value) ?? []), serverName(server)]);
  }
  if (words.size === 1) return [...words.keys()][0]!;
  return listed(
    [...words].map(([value, names]) => `${value} on ${listed(names)}`),
    most,
  );
}

/** "http :3000, https :3443 and 3 more" */
export function listed(names: readonly string[], most = 3): string {
  const shown = [...new Set(names)];
  const more = shown.length - most;
  return `${shown.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

export const FIND_BLOCKS = 'Use `culprit diagnose` to find what blocks the event loop.';
