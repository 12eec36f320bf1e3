// The offline half of an audit: from settings that were read, perhaps on another machine, to a report.

import { nextOfAudit } from '../findings/next-of-report.ts';
import type { AuditReport } from '../model/finding.ts';
import type { PodContainer } from '../model/settings/pod.ts';
import type { Settings } from '../model/settings/settings.ts';
import { reportWarning } from '../report/warnings.ts';
import { VERSION } from '../version.ts';
import { judgeAudit } from './judge-audit.ts';
import type { AuditOptions } from './rule.ts';

/** `pod` absent: what only its spec can tell is unknown. */
export function audit(settings: Settings, pod?: PodContainer, options: AuditOptions = {}): AuditReport {
  const { findings, audit: judged } = judgeAudit({ settings, pod, options });
  const { process: target, look, outer } = settings;
  const isLimited = outer.memoryLimitBytes !== undefined || outer.cpuQuotaCores !== undefined;
  return {
    kind: 'audit',
    schemaVersion: 2,
    tool: { name: 'culprit', version: VERSION },
    target: {
      pid: target.pid,
      nodeVersion: target.nodeVersion,
      title: target.title,
      uptimeSeconds: target.uptimeSeconds,
      container: isLimited
        ? {
            memoryLimitBytes: outer.memoryLimitBytes ?? null,
            cpuQuotaCores: outer.cpuQuotaCores ?? null,
            pidsLimit: outer.pidsLimit ?? null,
          }
        : null,
    },
    look: {
      startedAt: settings.takenAt,
      durationMillis: look.durationMillis,
      overhead: {
        pausesMillis: look.pausesMillis,
        eventLoopDelayDuringMillis: settings.inner.loopDelay?.p99Millis,
      },
      restored: look.restored,
      warnings: look.warnings.map(reportWarning),
    },
    verdict: findings.length > 0 ? 'findings' : 'healthy',
    verdictReason: `Level ${judged.level} of 5: ${judged.meaning}.`,
    findings,
    audit: judged,
    ...nextOfAudit(judged, target.pid),
    warnings: [],
  };
}
