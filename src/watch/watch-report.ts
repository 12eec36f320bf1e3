// What a watch has seen, from the files in its folder: the state of its targets, its decisions, and the evidence that it keeps. It
// reads only, so that a watcher may run or not.
import { relative, sep } from 'node:path';
import type { WatchEvidence, WatchReport } from '../wire/watch/report.ts';
import type { WatchState } from '../wire/watch/state.ts';
import { type KeptEvidence, listEvidence } from './store/list-evidence.ts';
import { readDecisions } from './store/read-decisions.ts';

const MOST_DECISIONS = 2_000;
const MOST_EVIDENCE = 100;

export interface SeenFrom {
  folder: string;
  /** Pid of the one that runs. */
  watcher: number | undefined;
  /** Where the document will lie: links to evidence begin there. */
  pageFolder: string;
  version: string;
}

export function reportWatch(
  { savedAt, rules, targets, alerts }: WatchState,
  { folder, watcher, pageFolder, version }: SeenFrom,
): WatchReport {
  const { decisions, leftOut } = readDecisions(folder, MOST_DECISIONS);
  const kept = listEvidence(folder, MOST_EVIDENCE);
  // Where the folder was moved, only the name of a piece is the same. The first decision on it is that of its rule.
  const firstOn = new Map<string, WatchReport['decisions'][number]>();
  for (const decision of decisions) {
    const name = decision.evidence?.split(/[\\/]/).at(-1);
    if (name !== undefined && !firstOn.has(name)) firstOn.set(name, decision);
  }
  return {
    kind: 'watch',
    schemaVersion: 1,
    tool: { name: 'culprit', version },
    folder,
    watcher: watcher ?? null,
    savedAt: new Date(savedAt.wallMillis).toISOString(),
    rules,
    targets,
    alerts: ['critical', 'warn'].flatMap((level) => alerts.filter((alert) => alert.level === level)),
    decisions,
    decisionsLeftOut: leftOut,
    evidence: kept.evidence.map((each) => linked(each, pageFolder, firstOn.get(each.name) ?? null)),
    evidenceLeftOut: kept.leftOut,
  };
}

function linked(
  { folder, files, ...kept }: KeptEvidence,
  pageFolder: string,
  decision: WatchEvidence['decision'],
): WatchEvidence {
  const encoded = (parts: string[]) => parts.map(encodeURIComponent).join('/');
  const way = encoded(relative(pageFolder, folder).split(sep));
  return {
    ...kept,
    decision,
    files: files.map((name) => ({ name, href: `./${way}/${encoded(name.split('/'))}` })),
  };
}
