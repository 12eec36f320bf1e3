// Alerts in the form of Alertmanager's API, version 2: a list of { labels, annotations, startsAt, endsAt }. Labels are the
// identity; an alert that is told again has the same ones, and one that is over ends now.
// https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
import { escapeControls } from '../../report/escape.ts';
import type { AlarmLevel } from '../../wire/watch/names.ts';

export interface PostableAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** RFC 3339. */
  startsAt: string;
  /** In the future: it is firing, and over then unless it is told again. */
  endsAt: string;
}

export interface AlertFacts {
  rule: string;
  metric: string;
  target: string;
  host: string;
  pid: number | null;
  level: Exclude<AlarmLevel, 'ok'>;
  why: string;
  /** Titles of what a diagnosis named. */
  findings: readonly string[];
  /** The folder with the evidence. */
  evidence: string | null;
}

export interface OpenAlert extends AlertFacts {
  startsAtMillis: number;
}

/** Told again so often; without a word it is over after three times as long. */
export const REPEAT_MILLIS = 60_000;
const MOST_FINDINGS = 5;

export const keyOf = ({ rule, target }: Pick<AlertFacts, 'rule' | 'target'>) => `${rule}\n${target}`;

/** `nowMillis`, wall-clock time. */
export function firing(alert: OpenAlert, nowMillis: number): PostableAlert {
  return {
    labels: labelsOf(alert),
    annotations: annotationsOf(alert),
    startsAt: new Date(Math.min(alert.startsAtMillis, nowMillis)).toISOString(),
    endsAt: new Date(nowMillis + 3 * REPEAT_MILLIS).toISOString(),
  };
}

/** `why` it is over. */
export function resolved(alert: OpenAlert, why: string, nowMillis: number): PostableAlert {
  const startsAtMillis = Math.min(alert.startsAtMillis, nowMillis);
  return {
    labels: labelsOf(alert),
    annotations: { ...annotationsOf(alert), resolved: line(why) },
    startsAt: new Date(startsAtMillis).toISOString(),
    endsAt: new Date(nowMillis).toISOString(),
  };
}

function labelsOf({ rule, metric, target, host, level }: AlertFacts): Record<string, string> {
  return {
    alertname: 'Culprit',
    rule,
    metric,
    target: line(target, 120),
    instance: line(host, 120),
    severity: level === 'warn' ? 'warning' : 'critical',
  };
}

function annotationsOf({ target, why, findings, evidence, pid }: AlertFacts): Record<string, string> {
  const found = findings.slice(0, MOST_FINDINGS).map((title) => line(title));
  return {
    summary: line(`${target}: ${found[0] ?? why}`),
    description: [line(why), ...found].join('\n'),
    ...(pid !== null && { pid: String(pid) }),
    ...(evidence !== null && { evidence: line(evidence) }),
  };
}

/** Names come from targets. */
const line = (text: string, most = 400) => escapeControls(text, most);
