// The first screen of a watch: the most serious alarm, or that there is none.
import { formatCount, formatDuration, formatNumber } from '../../../units/units.ts';
import type { WatchReport } from '../../../wire/watch/report.ts';
import { timeText } from '../parts/time.ts';
import type { Cause, Figure, Headline } from './parts.ts';

type Alert = WatchReport['alerts'][number];

export function watchHeadline(report: WatchReport): Headline {
  const { alerts, evidence } = report;
  const [gravest] = alerts;
  const shared = { about: describeWatch(report), figures: watchFigures(report) };
  if (gravest) {
    return {
      ...shared,
      tone: gravest.level === 'critical' ? 'critical' : 'warning',
      mark: formatCount(alerts.length, 'alarm'),
      sentence: `${gravest.target}: ${gravest.findings[0] ?? gravest.why}`,
      cause: causeOf(gravest, report),
      advice: [adviceOn(gravest), ...(report.watcher === null ? [START_AGAIN] : [])],
    };
  }
  const found = report.targets.flatMap(({ findings }) => findings);
  const isWatched = report.watcher !== null;
  return {
    ...shared,
    tone: isWatched ? (found.length > 0 ? 'notice' : 'good') : 'unsure',
    mark: isWatched ? 'no alarm' : 'not watched',
    sentence: calmSentence(report, found.length),
    cause: null,
    advice: [
      isWatched ? 'No alarm is active now. Earlier events are below.' : START_AGAIN,
      ...(evidence.length > 0 && found.length > 0 ? ['Open the reports of the evidence below.'] : []),
    ],
  };
}

const START_AGAIN = 'Start the watch again with `culprit watch`: no watcher is running for these processes.';

function calmSentence({ watcher, targets }: WatchReport, found: number): string {
  if (watcher === null) return 'No watcher is running in this folder.';
  const known = found === 0 ? '' : `; ${formatCount(found, 'finding')} of earlier captures`;
  return `No alarm among ${formatCount(targets.length, 'target')}${known}`;
}

function describeWatch({ watcher, folder, savedAt }: WatchReport): string {
  const who = watcher === null ? 'the last watcher' : `watched by process ${watcher}`;
  return `${who}, in ${folder}, as of ${timeText(savedAt)}`;
}

function watchFigures({ targets, alerts, evidence, evidenceLeftOut }: WatchReport): Figure[] {
  const there = targets.filter(({ pid }) => pid !== null).length;
  const kept = evidence.length + evidenceLeftOut;
  return [
    { value: `${formatNumber(there)} of ${formatNumber(targets.length)}`, label: 'targets are running' },
    { value: formatNumber(alerts.length), label: alerts.length === 1 ? 'alarm now' : 'alarms now' },
    { value: formatNumber(kept), label: kept === 1 ? 'piece of evidence' : 'pieces of evidence' },
  ];
}

/** Of a finding, the reason is the finding. */
export const reasonOf = ({ metric, why, findings }: Alert): string =>
  metric === 'finding' && findings.length > 0 ? '' : why;

function causeOf(alert: Alert, { savedAt }: WatchReport): Cause {
  const { target, pid, rule, level, startsAtMillis } = alert;
  const why = reasonOf(alert);
  const since = formatDuration(Math.max(0, Date.parse(savedAt) - startsAtMillis));
  return {
    heading: 'Where',
    place: `${target}${pid === null ? '' : `, pid ${pid}`}`,
    source: null,
    cost: `rule ${rule} has been ${level === 'warn' ? 'at warning' : 'critical'} for ${since}${why === '' ? '' : `: ${why}`}`,
  };
}

function adviceOn({ evidence }: Alert): string {
  const name = evidence?.split(/[\\/]/).at(-1);
  return name === undefined
    ? 'Diagnose it while it happens: `culprit diagnose <pid>`.'
    : `Open the report of its evidence, \`${name}\`: it names the cause and what to do.`;
}
