// The pieces of evidence that lie in the folder of a watch, the newest first: when, of what size, which files, what was found.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseCheckedJson } from '../../recording/files/checked-json.ts';
import { type ToldReport, toldReport } from '../../wire/watch/report.ts';
import { FILES } from '../look/request.ts';
import { bytesIn, EVIDENCE_FOLDER } from './evidence.ts';

export interface KeptEvidence {
  name: string;
  folder: string;
  at: string | null;
  bytes: number;
  files: string[];
  /** Null: there is no report, or it is damaged. */
  verdict: ToldReport['verdict'] | null;
  findings: ToldReport['findings'];
}

/** `leftOut`: how many older ones there are. */
export function listEvidence(parent: string, most: number): { evidence: KeptEvidence[]; leftOut: number } {
  const all = join(parent, EVIDENCE_FOLDER);
  // Names begin with the time.
  const names = foldersIn(all).toSorted().toReversed();
  const evidence = names.slice(0, most).flatMap((name) => describe(join(all, name), name));
  return { evidence, leftOut: Math.max(0, names.length - most) };
}

function foldersIn(all: string): string[] {
  try {
    return readdirSync(all, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}

/** The watcher may remove one meanwhile. */
function describe(folder: string, name: string): KeptEvidence[] {
  try {
    const bytes = bytesIn(folder);
    const { verdict, findings } = readTold(join(folder, FILES.report)) ?? { verdict: null, findings: [] };
    return [{ name, folder, at: timeOf(name), bytes, files: filesIn(folder), verdict, findings }];
  } catch {
    return [];
  }
}

/** "2027-01-31T12-00-00-000Z-memory-shop" */
function timeOf(name: string): string | null {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3})Z-/.exec(name);
  return parts && `${parts[1]}:${parts[2]}:${parts[3]}.${parts[4]}Z`;
}

/** What people open comes first. */
const ORDER: readonly string[] = [FILES.page, FILES.flame, FILES.text, FILES.report, FILES.recording];

/** Folders end in a slash. */
function filesIn(folder: string): string[] {
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

const LARGEST_BYTES = 20 * 2 ** 20;
const MOST_FINDINGS = 20;

function readTold(path: string): ToldReport | null {
  try {
    if (statSync(path).size > LARGEST_BYTES) return null;
    const text = readFileSync(path, 'utf8');
    const { verdict, findings } = parseCheckedJson(text, FILES.report, {
      schema: toldReport,
      what: 'a report',
      hint: '',
    });
    return { verdict, findings: findings.slice(0, MOST_FINDINGS) };
  } catch {
    return null;
  }
}
