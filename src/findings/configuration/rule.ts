// What a rule on settings is: facts in; a draft of a finding, "fine", or why it cannot be told.
import type { Severity } from '../../model/finding.ts';
import type { PodContainer } from '../../model/pod.ts';
import { majorOf, type Settings } from '../../model/settings.ts';

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

/** "http :3000, https :3443 and 3 more" */
export function listed(names: readonly string[], most = 3): string {
  const shown = [...new Set(names)];
  const more = shown.length - most;
  return `${shown.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
