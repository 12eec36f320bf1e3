// What happened, as events of OpenTelemetry: a finding that is new, and an alarm that rose, fell or ended.

import type { Severity } from '../../../model/finding.ts';
import { escapeControls } from '../../../report/escape.ts';
import type { AlarmLevel } from '../../../wire/watch/names.ts';

export type WatchEvent = { target: string; pid: number | null; wallMillis: number } & (
  | { is: 'finding'; kind: string; fingerprint: string; severity: Severity; title: string }
  | { is: 'alarm'; rule: string; metric: string; from: AlarmLevel; to: AlarmLevel; why: string }
);

/** As a log record has it; the numbers are those of SeverityNumber in OpenTelemetry's logs. */
export interface EventRecord {
  eventName: string;
  severityNumber: number;
  severityText: string;
  body: string;
  attributes: Record<string, string>;
}

const INFO = { severityNumber: 9, severityText: 'INFO' };
const WARN = { severityNumber: 13, severityText: 'WARN' };
const ERROR = { severityNumber: 17, severityText: 'ERROR' };
const OF_SEVERITY = { notice: INFO, warning: WARN, critical: ERROR } as const;
const OF_LEVEL = { ok: INFO, warn: WARN, critical: ERROR } as const;
const LONGEST = 1_000;

export function eventRecord(event: WatchEvent): EventRecord {
  switch (event.is) {
    case 'finding':
      return {
        eventName: 'culprit.finding',
        ...OF_SEVERITY[event.severity],
        body: escapeControls(event.title, LONGEST),
        attributes: {
          'culprit.finding.kind': event.kind,
          'culprit.finding.fingerprint': event.fingerprint,
          'culprit.finding.severity': event.severity,
        },
      };
    case 'alarm':
      return {
        eventName: 'culprit.alarm',
        ...OF_LEVEL[event.to],
        body: escapeControls(event.why, LONGEST),
        attributes: {
          'culprit.rule.name': event.rule,
          'culprit.rule.metric': event.metric,
          'culprit.alarm.level': event.to,
          'culprit.alarm.previous_level': event.from,
        },
      };
  }
}
