// From settings to ranked findings and a level: every rule is asked, and each answer is kept, also "fine" and "unknown".

import { fingerprint, rankAndNumber } from '../findings/rank.ts';
import { subjectOf } from '../findings/wording.ts';
import type { Audit, AuditCheck, ConfigurationFinding } from '../model/finding.ts';
import { auditLevel, type LevelInput } from './audit-level.ts';
import type { AuditFacts, ConfigurationDraft, ConfigurationRule } from './rule.ts';
import { CONFIGURATION_RULES } from './rules.ts';

export interface AuditJudgement {
  findings: ConfigurationFinding[];
  audit: Audit;
}

const URGENCY = { critical: 1, warning: 0.7, notice: 0.35 } as const;

export function judgeAudit(facts: AuditFacts): AuditJudgement {
  const checked: AuditCheck[] = [];
  const unranked: Unranked[] = [];
  const found: LevelInput[] = [];
  for (const rule of CONFIGURATION_RULES) {
    const { check, level } = rule;
    const judged = rule.judge(facts);
    if ('finding' in judged) {
      const { finding } = judged;
      checked.push({ check, outcome: 'finding', value: finding.value });
      found.push({ level, severity: finding.severity, title: finding.title });
      unranked.push(findingOf(rule, finding));
    } else if ('ok' in judged) checked.push({ check, outcome: 'ok', value: judged.ok });
    else checked.push({ check, outcome: 'unknown', value: judged.unknown });
  }
  const findings = rankAndNumber(unranked, ['configuration']);
  return { findings, audit: { ...auditLevel(found), checked } };
}

type Unranked = Omit<ConfigurationFinding, 'rank'>;

function findingOf({ check }: ConfigurationRule, draft: ConfigurationDraft): Unranked {
  const { severity, confidence, title, why, evidence, advice, innocent, caveats = [], references } = draft;
  const subject = subjectOf('setting', check, null);
  return {
    kind: 'configuration',
    severity,
    confidence,
    title,
    subject,
    harm: why,
    evidence,
    innocentExplanation: innocent,
    advice,
    caveats,
    references,
    symptoms: [],
    fingerprint: fingerprint('configuration', subject),
    score: 100 * confidence * URGENCY[severity],
  };
}
