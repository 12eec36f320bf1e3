// From settings to ranked findings and a level: every rule is asked, and each answer is kept, also "fine" and "unknown".

import { rankFindings } from '../findings/rank.ts';
import type { Draft } from '../findings/rule.ts';
import { subjectOf } from '../findings/wording.ts';
import type { Audit, AuditCheck, Finding } from '../model/finding.ts';
import { auditLevel, type LevelInput } from './audit-level.ts';
import type { AuditFacts, ConfigurationDraft, ConfigurationRule } from './rule.ts';
import { CONFIGURATION_RULES } from './rules.ts';

export interface AuditJudgement {
  findings: Finding[];
  audit: Audit;
}

const URGENCY = { critical: 1, warning: 0.7, notice: 0.35 } as const;

export function judgeAudit(facts: AuditFacts): AuditJudgement {
  const checked: AuditCheck[] = [];
  const drafts: Draft[] = [];
  const found: LevelInput[] = [];
  for (const rule of CONFIGURATION_RULES) {
    const { check, level } = rule;
    const judged = rule.judge(facts);
    if ('finding' in judged) {
      const { finding } = judged;
      checked.push({ check, outcome: 'finding', value: finding.value });
      found.push({ level, severity: finding.severity, title: finding.title });
      drafts.push(draftOf(rule, finding));
    } else if ('ok' in judged) checked.push({ check, outcome: 'ok', value: judged.ok });
    else checked.push({ check, outcome: 'unknown', value: judged.unknown });
  }
  const findings = rankFindings(
    drafts.map((draft) => ({ draft, symptoms: [] })),
    ['configuration'],
  );
  return { findings, audit: { ...auditLevel(found), checked } };
}

function draftOf({ check }: ConfigurationRule, finding: ConfigurationDraft): Draft {
  return {
    kind: 'configuration',
    severity: finding.severity,
    confidence: finding.confidence,
    urgency: URGENCY[finding.severity],
    title: finding.title,
    subject: subjectOf('setting', check, null),
    impact: { metric: 'configuration', value: 1, unit: 'count', limit: finding.why },
    evidence: finding.evidence,
    innocentExplanation: finding.innocent,
    advice: finding.advice,
    caveats: finding.caveats ?? [],
    references: finding.references,
    asSymptom: finding.title,
    effect: 'configuration',
    explains: [],
  };
}
