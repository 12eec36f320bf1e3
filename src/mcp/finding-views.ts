// A finding in the form that a tool returns: short for a list, and in full on request.
import { kindInfo } from '../findings/kinds.ts';
import { confidenceLevel } from '../model/confidence.ts';
import type { Crash } from '../model/crash.ts';
import type { Finding } from '../model/finding.ts';
import { alignRows, pathRows } from '../report/heap/heap-path-rows.ts';
import { describeChain } from '../report/text/chain-text.ts';
import { causeRows, logRows } from '../report/text/crash-rows.ts';
import { describeCost, describeEvidence, describeSubject } from '../report/text/impact-text.ts';
import type { Plain } from './inert.ts';

type AnyFinding = Finding & { crash?: Crash };

const MOST_EVIDENCE = 3;
const MOST_ADVICE = 2;

export function shortFinding(finding: AnyFinding): Plain {
  const { rank, kind, severity, confidence, title, subject, evidence, advice, caveats, crash } = finding;
  return {
    rank,
    kind,
    severity,
    confidence: confidenceLevel(confidence),
    title,
    where: describeSubject(subject),
    cost: describeCost(finding),
    ...(crash && { causes: causeRows(crash) }),
    evidence: evidence.slice(0, MOST_EVIDENCE).map(describeEvidence),
    advice: advice.slice(0, MOST_ADVICE),
    ...(caveats.length > 0 && { caveats }),
  };
}

/** With what speaks for and against it. */
export function wholeFinding(finding: AnyFinding): Plain {
  const { evidence, advice, chain, retainerPath, symptoms, crash, references } = finding;
  return {
    ...shortFinding(finding),
    evidence: evidence.map(describeEvidence),
    ...(chain && { through: describeChain(chain) }),
    ...(retainerPath && { heldBy: alignRows(pathRows(retainerPath, '')) }),
    ...(crash && { log: logRows(crash) }),
    ...(symptoms.length > 0 && { explains: symptoms }),
    couldBeInnocent: finding.innocentExplanation,
    mistakenFor: kindInfo(finding.kind).mistakenFor,
    advice,
    fingerprint: finding.fingerprint,
    ...(references && references.length > 0 && { references }),
  };
}
