// Texts and JSON that are not logs, but describe ends as a whole: what each is, and in what form triage reads it.
import { isContainerInspect, podOfInspect } from '../../model/decode/container-inspect.ts';
import { isObject, listIn, textIn } from '../../model/decode/unknown-json.ts';
import { isDescribeText, readDescribeText } from '../pod/describe-text.ts';
import { isEcsTasks, podsOfEcsTasks } from '../pod/ecs-tasks.ts';
import { isEventsText, readEventsText } from '../pod/events-text.ts';
import { isDiagnosticReport } from './diagnostic-report.ts';
import { isNodeReportText, readNodeReportText } from './node-report-text.ts';

export interface Documents {
  /** Diagnostic reports. */
  reports: unknown[];
  /** As `kubectl get pod -o json` gives them. */
  pods: unknown[];
  /** As `kubectl get events -o json` gives them. */
  events: unknown[];
  /** Lines of a log that stood in JSON. */
  lines: string[];
}

const NONE: Documents = { reports: [], pods: [], events: [], lines: [] };

/** So much of the start tells whether a text is a document. */
export const HEAD_CHARACTERS = 8_192;

/** True when a text that starts so is worth reading as a whole. */
export const mayBeDocument = (head: string): boolean =>
  isNodeReportText(head) ||
  isEventsText(head) ||
  isDescribeText(head) ||
  /^Name: +\S+\s*\n(?:Namespace|Priority|Service Account|Node|Status|Start Time|Labels): /m.test(head);

/** null for what is no document of those. */
export function readTextDocument(text: string): Documents | null {
  if (isNodeReportText(text)) return { ...NONE, reports: [readNodeReportText(text)] };
  if (isDescribeText(text)) return { ...NONE, ...readDescribeText(text) };
  return isEventsText(text) ? { ...NONE, events: readEventsText(text) } : null;
}

/** null for what is no document of those. */
export function readJsonDocument(json: unknown): Documents | null {
  if (isDiagnosticReport(json)) return { ...NONE, reports: [json] };
  if (isEcsTasks(json)) return { ...NONE, pods: podsOfEcsTasks(json) };
  const entries = Array.isArray(json) ? json : [json];
  if (entries.length > 0 && entries.every(isContainerInspect))
    return { ...NONE, pods: entries.slice(0, 200).map((entry) => podOfInspect(entry)) };
  const lines = linesInJson(json);
  return lines.length > 0 ? { ...NONE, lines } : null;
}

/** `gcloud logging read --format=json` prints entries, the newest first; CloudWatch `filter-log-events` prints events. */
function linesInJson(json: unknown): string[] {
  const events = listIn(json, 'events');
  if (events.length > 0 && events.every((event) => isObject(event) && typeof event.message === 'string'))
    return events.map((event) => textIn(event, 'message').trimEnd());
  if (!Array.isArray(json)) return [];
  const isLog = json.every((entry) => isObject(entry) && ('textPayload' in entry || 'jsonPayload' in entry));
  if (!isLog) return [];
  const entries = json.map((entry: unknown) => ({
    time: textIn(entry, 'timestamp'),
    text: textIn(entry, 'textPayload') || textIn((entry as { jsonPayload?: unknown }).jsonPayload, 'message'),
  }));
  const isNewestFirst = (entries[0]?.time ?? '') > (entries.at(-1)?.time ?? '');
  return (isNewestFirst ? entries.reverse() : entries).map(({ time, text }) => `${time} ${text}`.trim());
}
