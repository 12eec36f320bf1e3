// The actions of a rule, in order: each may use what the ones before made, and each is a decision in the log.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecAction, WatchAction } from '../config/watch-config.ts';
import type { Slot } from '../follow/slots.ts';
import { FILES, type FoundFinding } from '../look/request.ts';
import type { Occurrence } from '../rules/rule-book.ts';
import type { Decision } from '../store/decision-log.ts';
import type { AlertFacts } from '../tell/alerts.ts';
import { type DiagnosePlace, type Diagnosis, diagnoseInto, GONE, removeEmpty } from './diagnose.ts';
import { runProgram, type Told } from './run-program.ts';

/** What actions reach of the watch around them. */
export interface ActionPlace extends DiagnosePlace {
  host: string;
  logs: readonly string[];
  signal: AbortSignal;
  /** Programs are not run. */
  isDryRun: boolean;
  /** The last diagnosis of the process in the slot, where it is so young that another would say the same. */
  recent(slot: Slot): Diagnosis | undefined;
  fire(facts: AlertFacts): void;
  decide(decision: Omit<Decision, 'at'>): void;
}

interface Incident {
  occurrence: Occurrence;
  slot: Slot;
  /** Made when it is needed first. */
  folder: string | null;
  findings: readonly FoundFinding[];
  hasDiagnosis: boolean;
}

/** `done` is a phrase; `why` says what kept it from being done. */
type Outcome = { done: string } | { skipped: string } | { failed: string };

/** Only what `may` allows is done; the rest was decided elsewhere. */
export async function act(
  place: ActionPlace,
  { occurrence, slot }: { occurrence: Occurrence; slot: Slot },
  may: (action: WatchAction) => boolean = () => true,
): Promise<void> {
  const incident: Incident = { occurrence, slot, folder: null, findings: [], hasDiagnosis: false };
  const { rule } = occurrence;
  for (const action of rule.actions.filter(may)) {
    if (place.signal.aborted) break;
    const isUnconfirmed = rule.confirm && incident.hasDiagnosis && !isConfirmed(incident);
    const outcome = isUnconfirmed
      ? { skipped: 'the diagnosis names no cause' }
      : await run(place, incident, action);
    note(place, incident, action, outcome);
    if (action.do === 'diagnose') incident.hasDiagnosis = true;
  }
  if (incident.folder !== null) removeEmpty(incident.folder);
}

/** A cause of something else confirms no rise of the memory. */
function isConfirmed({ occurrence, findings }: Incident): boolean {
  const grave = findings.filter(({ severity }) => severity !== 'notice');
  const isOfMemory = ({ kind }: FoundFinding) => /-(leak|growth)$|^memory-/.test(kind);
  return occurrence.rule.metric.startsWith('memory.') ? grave.some(isOfMemory) : grave.length > 0;
}

function note(place: ActionPlace, incident: Incident, action: WatchAction, outcome: Outcome): void {
  const { occurrence, slot, folder } = incident;
  const [word, detail] = Object.entries(outcome)[0] as [Decision['outcome'], string];
  place.decide({
    target: slot.name,
    pid: slot.process?.pid ?? null,
    rule: occurrence.rule.name,
    what: action.do,
    why: occurrence.why,
    evidence: folder,
    outcome: word,
    detail,
  });
}

function run(place: ActionPlace, incident: Incident, action: WatchAction): Promise<Outcome> {
  switch (action.do) {
    case 'diagnose':
      return diagnose(place, incident);
    case 'snapshot':
      return snapshot(place, incident, action.maxPauseMillis);
    case 'flame':
    case 'report':
      return draw(place, incident, action.do);
    case 'triage':
      return triage(place, incident);
    case 'exec':
      return exec(place, incident, action);
    case 'webhook':
      return tell(place, incident);
  }
}

async function diagnose(place: ActionPlace, incident: Incident): Promise<Outcome> {
  const { slot } = incident;
  const recent = incident.folder === null ? place.recent(slot) : undefined;
  if (recent) {
    Object.assign(incident, { folder: recent.folder, findings: recent.findings });
    return { done: `a capture was made a moment ago: ${recent.what}` };
  }
  const refusal = place.refusal(slot);
  const folder = refusal === null ? folderOf(place, incident) : { skipped: refusal };
  if (typeof folder !== 'string') return folder;
  const diagnosis = await diagnoseInto(place, slot, folder);
  if ('why' in diagnosis) return diagnosis.why === GONE ? { skipped: GONE } : { failed: diagnosis.why };
  incident.findings = diagnosis.findings;
  return { done: diagnosis.what };
}

/** Long enough for one snapshot, and the growth around it. */
const SNAPSHOT_MILLIS = 10_000;

async function snapshot(place: ActionPlace, incident: Incident, maxPauseMillis: number): Promise<Outcome> {
  const { slot } = incident;
  const refusal = place.refusal(slot);
  const parent = refusal === null ? folderOf(place, incident) : { skipped: refusal };
  if (typeof parent !== 'string') return parent;
  if (!slot.process) return { skipped: GONE };
  const folder = join(parent, 'snapshot');
  mkdirSync(folder, { mode: 0o700 });
  const { pid, startTicks } = slot.process;
  const request = {
    do: 'look',
    pid,
    startTicks,
    durationMillis: SNAPSHOT_MILLIS,
    snapshot: 'force',
  } as const;
  const answer = await place.ask({ ...request, folder, maxPauseMillis });
  if (answer.ok) return { done: answer.what };
  removeEmpty(folder);
  return { skipped: answer.why };
}

async function draw(place: ActionPlace, { folder }: Incident, what: 'flame' | 'report'): Promise<Outcome> {
  if (folder === null) return { skipped: 'there is no recording' };
  const file = what === 'flame' ? FILES.flame : FILES.page;
  if (existsSync(join(folder, file))) return { done: file };
  const answer = await place.ask({ do: what, folder });
  return answer.ok ? { done: answer.what } : { skipped: answer.why };
}

async function triage(place: ActionPlace, incident: Incident): Promise<Outcome> {
  const { last } = incident.slot;
  const folder = folderOf(place, incident);
  if (typeof folder !== 'string') return folder;
  const request = { do: 'triage', folder, pid: last?.pid ?? null, cwd: last?.folder ?? '' } as const;
  const answer = await place.ask({ ...request, logs: place.logs });
  if (!answer.ok) return { skipped: answer.why };
  incident.findings = answer.findings;
  return { done: answer.what };
}

async function exec(place: ActionPlace, incident: Incident, action: ExecAction): Promise<Outcome> {
  if (place.isDryRun) return { skipped: `dry run: would run ${JSON.stringify(action.command)}` };
  const folder = folderOf(place, incident);
  const outputFile = typeof folder === 'string' ? join(folder, 'exec.txt') : null;
  const problem = await runProgram(action, toldOf(incident), { outputFile, signal: place.signal });
  return problem === null ? { done: action.command[0]! } : { failed: problem };
}

async function tell(place: ActionPlace, incident: Incident): Promise<Outcome> {
  const { occurrence, slot, folder } = incident;
  const { rule, to } = occurrence;
  if (to === 'ok') return { skipped: 'the alarm is over' };
  place.fire({
    ...toldOf(incident),
    rule: rule.name,
    metric: rule.metric,
    target: slot.name,
    host: place.host,
    level: to,
    evidence: folder,
  });
  return { done: 'queued' };
}

function toldOf({ occurrence, slot, folder, findings }: Incident): Told {
  return {
    rule: occurrence.rule.name,
    target: slot.name,
    level: occurrence.to,
    why: occurrence.why,
    pid: slot.process?.pid ?? null,
    evidence: folder,
    findings: findings.map(({ title }) => title),
  };
}

function folderOf(place: ActionPlace, incident: Incident): string | Outcome {
  if (incident.folder !== null) return incident.folder;
  const made = place.makeEvidence(incident.occurrence.rule.name, incident.slot.name);
  if ('why' in made) return { failed: `there is no folder for evidence: ${made.why}` };
  incident.folder = made.folder;
  return made.folder;
}
