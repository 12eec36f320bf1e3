// Words that several headlines share: the parts of a first screen, where a cause is, and names cut to the part in which they
// differ.
import type { Finding, Severity } from '../../../model/finding.ts';
import type { SourceLine } from '../../../model/report/pictures.ts';
import { describeCost, describeSubject } from '../../text/impact-text.ts';

/** Its colour: by the most serious finding, or by the verdict. */
export type Tone = Severity | 'good' | 'unsure';

export interface Figure {
  value: string;
  label: string;
}

/** Where it is, and what it costs. */
export interface Cause {
  /** Absent: "The cause". */
  heading?: string;
  place: string;
  /** Text of the blamed line, where it is known. */
  source: string | null;
  cost: string;
}

export interface Headline {
  tone: Tone;
  /** "critical", "healthy", "worse". */
  mark: string;
  /** The verdict in a sentence. */
  sentence: string;
  /** Of what, for how long. */
  about: string;
  /** Three. */
  figures: Figure[];
  cause: Cause | null;
  /** What to do, the most important first. */
  advice: string[];
}

/** Of a finding. `lines`: those of the source that are known. */
export function causeOf(finding: Finding, lines: readonly SourceLine[] = []): Cause {
  const { subject } = finding;
  const known = lines.find(({ file, line }) => file === subject.file && line === subject.line);
  return { place: describeSubject(subject), source: known?.text.trim() ?? null, cost: describeCost(finding) };
}

/** Of a command line, a path is known by its end. */
export function lastParts(title: string): string {
  return title.replace(/\S*\/(\S+\/\S+)/g, '…/$1');
}

/** The title, when it ends with the place that stands below it. What has no name is known by its line. */
export function withoutPlace({ title, subject }: Finding): string {
  const from = subject.file === null ? -1 : title.indexOf(` (${subject.file}`);
  if (from < 0 || !title.endsWith(')')) return title;
  const short = title.slice(0, from);
  const isNamed = !short.endsWith('`(anonymous)`');
  return isNamed
    ? short
    : `${short} (${[subject.file, subject.line].filter((part) => part !== null).join(':')})`;
}

export const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const LIMIT_NAMES = {
  heap: 'heap, after garbage collection',
  memory: 'memory of the container',
  fds: 'file descriptors',
  pids: 'processes and threads',
  'event-loop': 'event loop busy, or waiting for a CPU',
  cpu: 'CPU quota',
} as const;
