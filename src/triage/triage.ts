// Why did it crash: logs, diagnostic reports, an exit code and a pod's status in, a report out.
import { nextOfTriage } from '../findings/next-of-report.ts';
import type { CrashFinding, TriageReport, TriageSources } from '../model/finding.ts';
import type { ReadText } from '../recording/sources/script-position.ts';
import { createCrashGroups, findingsOf } from './ends/crash-groups.ts';
import { errorOf } from './ends/crash-subject.ts';
import { createDeaths, isSameName } from './ends/deaths.ts';
import { type EndEvent, type Ending, NO_ENDING } from './ends/ending.ts';
import { readNotice } from './events/notices.ts';
import type { ContainerEnd } from './pod/container-end.ts';
import { readPodStatus } from './pod/pod-status.ts';
import { endingOfReport } from './read/diagnostic-report.ts';
import { linesOf } from './read/lines.ts';
import { placeInSources } from './read/source-places.ts';
import { createUnwrapper } from './read/unwrap.ts';
import { createLoggedErrors, type LoggedErrors } from './writer/logged-errors.ts';
import { type WriterWatch, watchWriter } from './writer/watch-writer.ts';

/** One log, read once and in order. */
export interface LogSource {
  /** A file name, or a container's. */
  name: string;
  /** Bytes, or text; may be of any size. */
  chunks: AsyncIterable<Uint8Array | string>;
}

export interface TriageInput {
  /** In the order they were written. A process may go on from one into the next. */
  logs: readonly LogSource[];
  /** Diagnostic reports, parsed. */
  reports?: readonly unknown[];
  /** Names of the files that are no logs: the answer is called by them where no log is given. */
  documents?: readonly string[];
  /** What `kubectl get pod NAME -o json` prints, parsed; it is about the end of the logs. */
  podStatus?: unknown;
  /** What `kubectl get events -o json` prints, parsed. */
  events?: unknown;
  /** How the process at the end of the logs ended. */
  exit?: { code: number | null; signal: string | null };
  /** Reads a file of the program by the path it had where it ran, for source maps. */
  readText?: ReadText;
  version: string;
}

const MOST_WRITERS = 200;

/** Never throws for what it reads; throws what reading `logs` throws. */
export async function triage(input: TriageInput): Promise<TriageReport> {
  const groups = createCrashGroups();
  const deaths = createDeaths((ending) => groups.add(ending));
  const seen = { lines: 0, nodeVersion: '', lastLogged: '', errors: createLoggedErrors() };
  const onEnding = (ending: Ending) => {
    const error = errorOf(ending);
    if (error && input.readText) placeInSources(error, input.readText);
    seen.nodeVersion = ending.nodeVersion || seen.nodeVersion;
    deaths.add(ending);
  };
  const ends = readPodStatus(input.podStatus, input.events);
  const writers = await readLogs(input, onEnding, seen);
  for (const report of input.reports ?? []) {
    const ending = endingOfReport(report);
    if (ending) onEnding(ending);
  }
  const matched = endAll(writers, ends, input, onEnding);
  deaths.end();
  const mains = mainsOf(ends);
  const own = [matched, mains].find((each) => each.length === 1)?.[0];
  const around = { memoryLimitBytes: own?.memoryLimitBytes ?? null, restarts: own?.restarts ?? null };
  return reportOf(input, findingsOf(groups.list(), around), {
    ...seen,
    writers: writers.size,
    hasEndedWell: hasEndedWell(writers, groups.cleanExits()),
    isAlive: mains.length > 0 && mains.every(isAlive),
    memoryLimitBytes: around.memoryLimitBytes,
    openErrors: [...writers.values()].map((watch) => watch.openError()).filter((text) => text !== ''),
  });
}

async function readLogs(
  { logs }: TriageInput,
  onEnding: (ending: Ending) => void,
  seen: Pick<Seen, 'lines' | 'lastLogged' | 'errors'>,
): Promise<Map<string, WriterWatch>> {
  const writers = new Map<string, WriterWatch>();
  const onLogged = (text: string) => {
    seen.lastLogged = text.slice(0, 300);
  };
  const watchOf = (name: string) => {
    const writer = writers.has(name) || writers.size < MOST_WRITERS ? name : '';
    const watch = writers.get(writer) ?? watchWriter(writer, onEnding, onLogged);
    writers.set(writer, watch);
    return watch;
  };
  for (const { chunks } of logs) {
    const unwrap = createUnwrapper();
    for await (const { lines, arePlain } of linesOf(chunks)) {
      seen.lines += lines.length;
      for (const each of lines) {
        const line = unwrap(each, arePlain);
        if (!line) continue;
        seen.errors.take(line.text);
        watchOf(aboutWhom(line.text, line.writer, writers)).take(line);
      }
    }
  }
  return writers;
}

/** Supervisors say without a prefix which of the programs they run has ended. */
function aboutWhom(text: string, writer: string, writers: Map<string, WriterWatch>): string {
  if (writer !== '' || writers.size === 0 || (writers.size === 1 && writers.has(''))) return writer;
  const name = readNotice(text)[0]?.process?.name ?? '';
  if (name === '') return writer;
  const found = [...writers.keys()].filter((each) => each !== '' && isSameName(each, name));
  // "shop_a_web" is "a_web" sooner than "web".
  return found.sort((a, b) => b.length - a.length)[0] ?? writer;
}

/** Every program that wrote ended by itself; what writes without a name beside others is a supervisor. */
function hasEndedWell(writers: Map<string, WriterWatch>, cleanExits: number): boolean {
  if (writers.size === 0) return cleanExits > 0;
  const programs = [...writers].filter(([writer]) => writer !== '' || writers.size === 1);
  return programs.every(([, watch]) => watch.hasEndedWell());
}

/** The status and the exit code are of the last life of each writer. Returns the containers whose log is there. */
function endAll(
  writers: Map<string, WriterWatch>,
  ends: ContainerEnd[],
  { exit, logs }: TriageInput,
  onEnding: (ending: Ending) => void,
): ContainerEnd[] {
  const left = [...ends];
  const mains = mainsOf(ends);
  const areAllAlive = mains.length > 0 && mains.every(isAlive);
  const exits: EndEvent[] = exit ? [{ kind: 'exit', ...exit, teller: 'you', lines: [] }] : [];
  const isAlone = writers.size === 1;
  for (const [writer, watch] of writers) {
    const name = writer === '' && logs.length === 1 ? logs[0]!.name : writer;
    const at = left.findIndex((end) => (isAlone && isOnly(end, ends)) || isLogOf(name, end));
    const end = at < 0 ? undefined : left.splice(at, 1)[0];
    watch.end({
      events: [...(end?.events ?? []), ...(isAlone ? exits : [])],
      container: end && end.events.length > 0 ? end : null,
      isAlive: areAllAlive || (end !== undefined && isAlive(end)),
    });
  }
  const untold = left.filter(({ events }) => events.length > 0);
  const silent = writers.size === 0 && exits.length > 0 && untold.length === 0;
  for (const end of untold) onEnding(endingOf(end));
  if (silent) onEnding({ ...NO_ENDING, events: exits });
  return ends.filter((end) => end.container !== '' && !left.includes(end));
}

/** Without those that only prepare the pod. */
const mainsOf = (ends: readonly ContainerEnd[]) =>
  ends.filter(({ isInit, container }) => !isInit && container !== '');

const isAlive = ({ isRunning, restarts }: ContainerEnd) => isRunning && restarts === 0;

/** The pod's only container but for those that prepare it. */
function isOnly(end: ContainerEnd, ends: readonly ContainerEnd[]): boolean {
  const mains = mainsOf(ends);
  const isPodItself = end.container === '' && mains.length <= 1;
  return isPodItself || (mains.length === 1 && mains[0] === end);
}

/** "pod/shop-1/web", as kubectl prefixes lines; "web" and "web.log", as logs are named. */
function isLogOf(name: string, { pod, container }: ContainerEnd): boolean {
  if (container === '') return false;
  const isPrefix = name.endsWith(`/${container}`) && name.includes(pod);
  return isPrefix || name.replace(/(\.(log|txt|out|gz))+$/, '') === container;
}

function endingOf(end: ContainerEnd): Ending {
  const { pod, container, events, startedAt, finishedAt } = end;
  const time = finishedAt || startedAt;
  return {
    ...NO_ENDING,
    writer: [pod, container].filter((part) => part !== '').join('/'),
    events,
    firstTime: time,
    lastTime: time,
    container: container === '' ? null : end,
    isLogUnknown: true,
  };
}

interface Seen {
  lines: number;
  writers: number;
  nodeVersion: string;
  lastLogged: string;
  errors: LoggedErrors;
  hasEndedWell: boolean;
  /** A status says that it runs, and was never started anew. */
  isAlive: boolean;
  memoryLimitBytes: number | null;
  /** Errors that logs end with. */
  openErrors: string[];
}

function reportOf(
  { logs, reports = [], documents = [], podStatus, version }: TriageInput,
  findings: CrashFinding[],
  seen: Seen,
): TriageReport {
  const read: TriageSources = {
    logs: logs.map(({ name }) => name),
    lines: seen.lines,
    writers: seen.writers,
    diagnosticReports: reports.length,
    hasPodStatus: podStatus !== undefined,
  };
  const judged = verdictOf(findings, seen, reports.length);
  return {
    kind: 'triage',
    schemaVersion: 2,
    tool: { name: 'culprit', version },
    target: {
      pid: null,
      nodeVersion: seen.nodeVersion === '' ? null : `v${seen.nodeVersion}`,
      title: read.logs.join(', ') || documents.join(', ') || 'the process',
      uptimeSeconds: null,
      container:
        seen.memoryLimitBytes === null
          ? null
          : { memoryLimitBytes: seen.memoryLimitBytes, cpuQuotaCores: null, pidsLimit: null },
    },
    read,
    ...judged,
    findings,
    ...nextOfTriage({ ...judged, findings }),
    warnings: [],
  };
}

function loggedWords({ errors, lastLogged }: Seen): string {
  const most = errors.mostFrequent();
  if (!most)
    return lastLogged === ''
      ? ''
      : ` Errors were logged that did not end the process; the last one: ${lastLogged}`;
  const next = /^E[MN]FILE\b/.test(most.text)
    ? ' File descriptors had run out: `culprit diagnose PID` on the running process names what keeps them open.'
    : '';
  return ` Errors were logged, most often (${most.count.toLocaleString('en')} times): ${most.text}.${next}`;
}

function verdictOf(
  findings: CrashFinding[],
  seen: Seen,
  reports: number,
): Pick<TriageReport, 'verdict' | 'verdictReason'> {
  const total = findings.reduce((sum, { crash }) => sum + crash.occurrences, 0);
  if (findings.length > 0) {
    const crashes = total === 1 ? 'One crash' : `${total} crashes`;
    return {
      verdict: 'findings',
      verdictReason: `${crashes}, ${findings.length === 1 ? 'one cause' : `${findings.length} causes`}.`,
    };
  }
  if (seen.hasEndedWell)
    return {
      verdict: 'healthy',
      verdictReason: 'No crash: the process ended with exit code 0 (a clean exit).',
    };
  if (seen.lines === 0 && reports > 0)
    return {
      verdict: 'healthy',
      verdictReason: 'No crash: the diagnostic report was written on request, not because the process ended.',
    };
  const [open] = seen.openErrors;
  if (open !== undefined)
    return {
      verdict: 'too-little-data',
      verdictReason: `The log ends with an error but does not show whether the error ended the process: give --exit-code CODE or --pod-status FILE. The error: ${open}`,
    };
  const last = loggedWords(seen);
  const lines = `${seen.lines.toLocaleString('en')} ${seen.lines === 1 ? 'line' : 'lines'}`;
  return seen.isAlive
    ? {
        verdict: 'healthy',
        verdictReason: `No crash in ${lines}: its status says that it runs and was never restarted.${last}`,
      }
    : {
        verdict: 'too-little-data',
        verdictReason: `No crash seen in ${lines}; the log does not say how the process ended: give --exit-code CODE or --pod-status FILE.${last}`,
      };
}
