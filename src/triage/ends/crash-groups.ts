// Ends become crashes: the same bug, seen in several lives and pods, is one finding that counts them.

import { rankAndNumber } from '../../findings/rank.ts';
import type { Crash, CrashLabel } from '../../model/crash.ts';
import type { CrashFinding, Finding, Subject } from '../../model/finding.ts';
import { formatDuration } from '../../units/units.ts';
import type { Circumstances } from '../judge/advice.ts';
import { ownLogOf } from '../judge/causes/outside.ts';
import { adviceFor, verdictOf } from '../judge/causes.ts';
import { componentOf } from '../judge/component.ts';
import { exitWords, titleOf } from '../judge/wording.ts';
import { type CrashError, chainOf } from './crash-error.ts';
import { evidenceFor, innocentFor, linesThatMatter } from './crash-evidence.ts';
import { errorOf, fingerprintOf, subjectOf } from './crash-subject.ts';
import { type Ending, eventOf, exitOf, toldOf } from './ending.ts';

/** Crashes that are one. */
export interface CrashGroup {
  fingerprint: string;
  label: CrashLabel;
  confidence: number;
  subject: Subject;
  /** The first that was seen: others differ in ids and times. */
  ending: Ending;
  occurrences: number;
  firstSeen: string;
  lastSeen: string;
  writers: Set<string>;
}

const MOST_GROUPS = 500;
const MOST_WRITERS = 50;

export interface CrashGroups {
  add(ending: Ending): void;
  list(): CrashGroup[];
  /** Lives that ended well. */
  cleanExits(): number;
}

export function createCrashGroups(): CrashGroups {
  const groups = new Map<string, CrashGroup>();
  let clean = 0;
  return {
    add(ending) {
      const { label, confidence } = verdictOf(ending);
      if (label === 'clean-exit') return void clean++;
      const subject = subjectOf(ending, label);
      const fingerprint = fingerprintOf(subject, label);
      const group = groups.get(fingerprint) ?? {
        fingerprint,
        label,
        confidence,
        subject,
        ending,
        occurrences: 0,
        firstSeen: '',
        lastSeen: '',
        writers: new Set<string>(),
      };
      if (!groups.has(fingerprint) && groups.size >= MOST_GROUPS) return;
      groups.set(fingerprint, group);
      count(group, ending, confidence);
    },
    list: () => [...groups.values()],
    cleanExits: () => clean,
  };
}

/** Clocks are not trusted: the least and the greatest time count, not the first and the last. */
function count(group: CrashGroup, ending: Ending, confidence: number): void {
  group.occurrences++;
  const loop = toldOf(ending, 'restart-loop');
  if (loop && !toldOf(group.ending, 'restart-loop'))
    group.ending = { ...group.ending, events: [...group.ending.events, loop] };
  group.confidence = Math.max(group.confidence, confidence);
  for (const time of [ending.firstTime, ending.lastTime]) {
    if (time === '') continue;
    if (group.firstSeen === '' || time < group.firstSeen) group.firstSeen = time;
    if (time > group.lastSeen) group.lastSeen = time;
  }
  const writer = ending.writer || nameIn(ending);
  if (writer !== '' && group.writers.size < MOST_WRITERS) group.writers.add(writer);
}

/** The container, service or app that something names; "" is unknown. */
const nameIn = ({ events }: Ending) =>
  events.map(({ process }) => process?.name ?? '').find((name) => name !== '' && !name.startsWith(':')) ?? '';

/** How much each matters if true, 0..1. */
const URGENCY: Record<CrashLabel, number> = {
  'heap-limit': 1,
  'container-oom': 1,
  'out-of-memory': 1,
  'native-crash': 1,
  'startup-failure': 1,
  'uncaught-exception': 0.95,
  'unhandled-rejection': 0.95,
  'dependency-auth': 0.95,
  'dependency-unreachable': 0.9,
  'killed-by-probe': 0.9,
  terminated: 0.4,
  unknown: 0.6,
};

/** The most serious and most frequent first. */
export function findingsOf(
  groups: readonly CrashGroup[],
  around: Circumstances & { restarts: number | null },
): CrashFinding[] {
  const total = groups.reduce((sum, { occurrences }) => sum + occurrences, 0);
  const weigh = ({ label, confidence, occurrences }: CrashGroup) =>
    100 * confidence * URGENCY[label] * (0.5 + (0.5 * occurrences) / total);
  return rankAndNumber(
    groups.map((group) => findingOf(group, weigh(group), around)),
    ['crash'],
  );
}

function findingOf(
  group: CrashGroup,
  score: number,
  around: Circumstances & { restarts: number | null },
): Omit<CrashFinding, 'rank'> {
  const { ending, label, subject, fingerprint, confidence } = group;
  const own = ending.container ?? around;
  const crash = crashOf(group, own.restarts);
  return {
    kind: 'crash',
    fingerprint,
    severity: label === 'terminated' || label === 'unknown' ? 'warning' : 'critical',
    confidence,
    score,
    title: titleFor(group, crash.component?.name ?? ''),
    subject,
    harm: harmOf(group),
    evidence: withSome(
      evidenceFor(ending, label, crash.component?.name === 'memory' ? null : crash.component),
      ending,
    ),
    symptoms: [],
    innocentExplanation: innocentFor(ending, label),
    advice: [...ownLogAdvice(group), ...adviceFor(ending, own)],
    caveats: caveatsFor(group),
    references: REFERENCES[label] ?? [],
    crash,
  };
}

/** "crashed once", "crashed 6 times in 3 min"; what may be no crash has "ended". */
function harmOf({ label, occurrences, firstSeen, lastSeen }: CrashGroup): string {
  const verb = label === 'terminated' || label === 'unknown' ? 'ended' : 'crashed';
  if (occurrences === 1) return `${verb} once`;
  const millis = Date.parse(lastSeen) - Date.parse(firstSeen);
  return `${verb} ${occurrences} times${millis > 0 ? ` in ${formatDuration(millis)}` : ''}`;
}

const withSome = (evidence: Finding['evidence'], { writer }: Ending): Finding['evidence'] =>
  evidence.length > 0 ? evidence : [{ source: writer || 'log', statement: 'it ended' }];

const RESTARTERS = /^(?:PM2|systemd|compose|forever|supervisord|nodemon|Google Cloud)$/;
/** So many ends in a row are no accident. */
const LEAST_RESTARTS = 3;

/** Who starts it anew each time; "" is unknown. */
function restarterOf({ ending, occurrences }: CrashGroup): string {
  const loop = toldOf(ending, 'restart-loop');
  if (loop) return loop.teller;
  if (occurrences < LEAST_RESTARTS) return '';
  const exit = ending.events.find((event) => event.kind === 'exit' && RESTARTERS.test(event.teller));
  return exit?.kind === 'exit' ? exit.teller : '';
}

function ownLogAdvice(group: CrashGroup): string[] {
  const restarter = restarterOf(group);
  return group.label === 'unknown' && restarter !== '' && errorOf(group.ending) === null
    ? [`Read what the program itself wrote before it ended: ${ownLogOf(restarter)}.`]
    : [];
}

/** What ends without a word is told by how it goes on. */
function titleFor(group: CrashGroup, component: string): string {
  const { ending, label, occurrences } = group;
  const restarter = restarterOf(group);
  return label === 'unknown' && restarter !== '' && errorOf(ending) === null && exitOf(ending).code !== null
    ? `${restarter} keeps restarting it: it ended ${occurrences === 1 ? '' : `${occurrences} times `}${exitWords(ending)}, and nothing in the log says why`
    : titleOf(ending, label, component);
}

const REFERENCES: Partial<Record<CrashLabel, string[]>> = {
  'heap-limit': ['https://nodejs.org/api/cli.html#--max-old-space-sizesize-in-mib'],
  'container-oom': ['https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/'],
  'unhandled-rejection': ['https://nodejs.org/api/cli.html#--unhandled-rejectionsmode'],
  'uncaught-exception': ['https://nodejs.org/api/process.html#event-uncaughtexception'],
  'native-crash': ['https://nodejs.org/api/report.html'],
  'startup-failure': ['https://nodejs.org/api/process.html#exit-codes'],
  'killed-by-probe': ['https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/'],
};

function caveatsFor({ ending, confidence }: CrashGroup): string[] {
  const { pod, container } = ending.container ?? {};
  if (container && ending.isLogUnknown && !eventOf(ending, 'told'))
    return [
      `None of the logs could be matched to the container: save its log under the name of the container, \`kubectl logs ${pod || 'POD'} -c ${container} --previous > ${container}.log\`.`,
    ];
  const logged = eventOf(ending, 'logged');
  if (logged && !eventOf(ending, 'uncaught'))
    return [
      'The program logged this itself. Its position in the log suggests that it is why the process ended.',
    ];
  return confidence < 0.75 && !eventOf(ending, 'exit')
    ? ['The log stops here, which suggests that the process ended.']
    : [];
}

function crashOf(
  { ending, label, occurrences, firstSeen, lastSeen, writers }: CrashGroup,
  restarts: number | null,
): Crash {
  const error = errorOf(ending);
  const { code, signal } = exitOf(ending);
  return {
    label,
    component: componentFor(ending, label, error),
    causes: error ? chainOf(error).map(causeOf) : [],
    exitCode: code,
    signal,
    occurrences,
    firstSeen: firstSeen || null,
    lastSeen: lastSeen || null,
    writers: [...writers],
    restarts,
    lines: linesThatMatter(ending),
  };
}

function componentFor(ending: Ending, label: CrashLabel, error: CrashError | null): Crash['component'] {
  if (label === 'heap-limit' || label === 'container-oom' || label === 'out-of-memory')
    return { name: 'memory', confidence: 0.95, reason: 'it ran out of memory' };
  if (eventOf(ending, 'bad-option'))
    return { name: 'config', confidence: 0.95, reason: 'node was started with an option it does not know' };
  if (eventOf(ending, 'unsettled-await'))
    return { name: 'code', confidence: 0.8, reason: 'an await in the code never settled' };
  if (!error) return null;
  const hint = componentOf(error);
  const isSetting =
    label === 'startup-failure' &&
    (hint === null || hint.name === 'code') &&
    !/^(SyntaxError|TypeError)$/.test(error.name) &&
    !/MODULE|REQUIRE|DLOPEN|EXTENSION|PACKAGE|IMPORT|Cannot find/.test(`${error.code} ${error.message}`);
  if (isSetting) return { name: 'config', confidence: 0.7, reason: 'the message is about a setting' };
  return (
    hint ??
    (label === 'startup-failure'
      ? { name: 'code', confidence: 0.6, reason: 'a module could not be loaded' }
      : null)
  );
}

function causeOf(error: CrashError): Crash['causes'][number] {
  const frame = error.frames.find(({ owner }) => owner === 'app') ?? null;
  return {
    name: error.name,
    message: error.message.slice(0, 2_000),
    code: error.code || null,
    function: frame?.function ?? null,
    file: frame?.file ?? null,
    line: frame?.line ?? null,
  };
}
