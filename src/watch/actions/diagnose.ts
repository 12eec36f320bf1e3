// A diagnosis of the process in a slot, with evidence in a folder of its own.
import { readdirSync, rmdirSync } from 'node:fs';
import { DEFAULTS } from '../../defaults.ts';
import type { DiagnosisReport } from '../../model/finding.ts';
import type { Slot } from '../follow/slots.ts';
import type { FoundFinding, LookAnswer, LookRequest } from '../look/request.ts';

/** What a diagnosis left. */
export interface Diagnosis {
  folder: string;
  findings: readonly FoundFinding[];
  what: string;
  /** Why it cannot say that nothing is wrong; null: it can. */
  doubt: string | null;
}

export interface DiagnosePlace {
  /** Why nobody may look into the process now; null: it may be. */
  refusal(slot: Slot): string | null;
  makeEvidence(rule: string, target: string): { folder: string } | { why: string };
  ask(request: LookRequest): Promise<LookAnswer>;
  /** After a diagnosis. */
  onDiagnosed(slot: Slot, diagnosis: Diagnosis): void;
}

export const GONE = 'the process is gone';

/** `rule` names the folder. Resolves with why there is no diagnosis where there is none; never rejects. */
export async function diagnoseSlot(
  place: DiagnosePlace,
  slot: Slot,
  rule: string,
): Promise<Diagnosis | { why: string }> {
  const refusal = place.refusal(slot);
  if (refusal !== null) return { why: refusal };
  const made = place.makeEvidence(rule, slot.name);
  if ('why' in made) return { why: `there is no folder for evidence: ${made.why}` };
  const diagnosis = await diagnoseInto(place, slot, made.folder);
  if ('why' in diagnosis) removeEmpty(made.folder);
  return diagnosis;
}

/** Never rejects. */
export async function diagnoseInto(
  place: Pick<DiagnosePlace, 'ask' | 'onDiagnosed'>,
  slot: Slot,
  folder: string,
): Promise<Diagnosis | { why: string }> {
  if (!slot.process) return { why: GONE };
  const { pid, startTicks } = slot.process;
  const { durationMillis } = DEFAULTS.capture;
  const answer = await place.ask({ do: 'look', pid, startTicks, durationMillis, snapshot: 'never', folder });
  if (!answer.ok) return { why: answer.why };
  const { findings, what, verdict } = answer;
  const diagnosis = { folder, findings, what, doubt: doubtOf(verdict) };
  place.onDiagnosed(slot, diagnosis);
  return diagnosis;
}

function doubtOf(verdict: DiagnosisReport['verdict'] | undefined): string | null {
  if (verdict === 'findings' || verdict === 'healthy') return null;
  return verdict === 'idle' ? 'the process did no work during the capture' : 'too little data';
}

/** Where nothing came of it. */
export function removeEmpty(folder: string): void {
  try {
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  } catch {
    // Others may have removed it.
  }
}
