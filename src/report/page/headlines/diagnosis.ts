// The first screen of a diagnosis: the first cause, or how close each limit is.
import { confidenceLevel } from '../../../model/confidence.ts';
import { type DiagnosisReport, FINDING_KINDS, type Finding, type Impact } from '../../../model/finding.ts';
import {
  formatDuration,
  formatNumber,
  formatQuantity,
  formatShare,
  formatTimeLeft,
} from '../../../units/units.ts';
import { METRIC_NAMES } from '../../text/impact-text.ts';
import { causeOf, type Figure, type Headline, LIMIT_NAMES, lastParts, withoutPlace } from './parts.ts';

export function diagnosisHeadline(report: DiagnosisReport): Headline {
  const { findings, verdict, verdictReason } = report;
  const [first] = findings;
  const about = describeLook(report);
  if (first)
    return {
      tone: first.severity,
      mark: first.severity,
      sentence: withoutPlace(first),
      about:
        findings.length === 1 ? `1 cause found in ${about}` : `${findings.length} causes found in ${about}`,
      figures: findingFigures(first, report.capture.durationMillis),
      cause: causeOf(first, report.pictures?.sourceLines),
      advice: first.advice,
    };
  return {
    ...CALM[verdict === 'healthy' || verdict === 'idle' ? verdict : 'too-little-data'],
    about,
    figures: calmFigures(report),
    cause: null,
    advice: [verdictReason, adviceOf(report)].filter((text) => text !== ''),
  };
}

const CALM = {
  healthy: { tone: 'good', mark: 'healthy', sentence: 'Nothing wrong was found.' },
  idle: { tone: 'unsure', mark: 'idle', sentence: 'It did no work while it was watched.' },
  'too-little-data': {
    tone: 'unsure',
    mark: 'too little data',
    sentence: 'There is too little data to judge.',
  },
} as const;

/** Where the report names no measurement that would tell more. */
function adviceOf({ verdict, nextMeasurement, contents, where }: DiagnosisReport): string {
  if (nextMeasurement || contents || where) return '';
  // A page is read later, and elsewhere.
  const again = 'culprit diagnose <pid> --duration';
  return verdict === 'healthy'
    ? `Slow leaks and rare events need a longer capture: \`${again} 5m\`.`
    : `Capture again for longer, under its usual traffic: \`${again} 2m\`.`;
}

function describeLook({ target, capture, warnings }: DiagnosisReport): string {
  const name = target.title ?? (target.pid === null ? 'the profile' : 'the process');
  const pid = target.pid === null ? '' : `, pid ${target.pid}`;
  const node = target.nodeVersion === null ? '' : `, Node.js ${target.nodeVersion}`;
  const place = target.location === undefined ? '' : `, in ${target.location}`;
  const watched = formatDuration(capture.durationMillis);
  const hasEnded = warnings.some(({ code }) => code === 'target-ended');
  return `${lastParts(name)}${pid}${node}${place}, ${hasEnded ? `which ended after ${watched}` : `watched for ${watched}`}`;
}

function findingFigures({ impact, confidence }: Finding, millis: number): Figure[] {
  const figures = impact ? impactFigures(impact) : [];
  const rest: Figure[] = [
    { value: confidenceLevel(confidence), label: 'confidence' },
    { value: formatDuration(millis), label: 'watched' },
  ];
  return [...figures, ...rest].slice(0, 3);
}

function impactFigures({ metric, value, unit, share, exhaustionSeconds, limit }: Impact): Figure[] {
  // Of connections, what is counted is how many are new.
  const isRate = (unit === 'bytes/s' || unit === 'per second') && metric !== 'connections';
  const name = metric === 'connections' ? 'new connections' : METRIC_NAMES[metric];
  const amount = formatQuantity(value, unit);
  const label = unit === 'share' ? `of ${name}` : isRate ? `${name}, growth` : name;
  const first = { value: `${isRate && value > 0 ? '+' : ''}${amount}`, label };
  if (exhaustionSeconds !== undefined)
    return [
      first,
      {
        value: formatTimeLeft(exhaustionSeconds).replace(/^in (about )?/, ''),
        label: `until ${limit ?? 'the limit'}`,
      },
    ];
  // Which place growth comes from is evidence.
  if (share !== undefined && unit !== 'share' && !isRate)
    return [first, { value: formatShare(share), label: SHARE_LABELS[metric] ?? 'of the limit' }];
  return [first];
}

const SHARE_LABELS: Partial<Record<Impact['metric'], string>> = {
  'event-loop': 'of the time the loop was blocked',
};

/** What a look at a running process can find. */
export const JUDGED_KINDS = FINDING_KINDS.filter((kind) => kind !== 'configuration' && kind !== 'crash');

/** Where nothing was found: how long, how much was judged, and the nearest limit. */
function calmFigures({ capture, notApplicable, pictures, verdict }: DiagnosisReport): Figure[] {
  const judged = JUDGED_KINDS.length - new Set(notApplicable.map(({ kind }) => kind)).size;
  const [nearest] = (pictures?.limits ?? []).toSorted((a, b) => b.used / b.limit - a.used / a.limit);
  return [
    { value: formatDuration(capture.durationMillis), label: 'watched' },
    verdict === 'healthy'
      ? { value: formatNumber(Math.max(0, judged)), label: 'kinds of causes judged' }
      : { value: formatNumber(notApplicable.length), label: 'kinds of causes not judged' },
    nearest
      ? {
          value: formatShare(nearest.used / nearest.limit),
          label: `${LIMIT_NAMES[nearest.name]}, the nearest limit`,
        }
      : { value: formatNumber(notApplicable.length), label: 'kinds of causes not judged' },
  ];
}
