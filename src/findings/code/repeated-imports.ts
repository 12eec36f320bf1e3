// Modules that are imported again and again under URLs that change each time: Node keeps every one of them, and what it has
// created, for as long as the process runs.

import type { Facts } from '../../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../../analysis/growth/resource-growth.ts';
import type { Frame } from '../../model/frame.ts';
import { formatShare } from '../../units/units.ts';
import { throughLibrary } from '../creation-site.ts';
import type { HeapCause } from '../memory/heap-cause.ts';
import { floorEvidence, heapImpact } from '../memory/heap-impact.ts';
import type { Draft } from '../rule.ts';
import { CODE_GROWTH } from '../thresholds/memory.ts';
import { leakSeverity, leakUrgency, perSecond, place, placeWithLibrary, subjectOf } from '../wording.ts';
import { moduleLoading } from './module-loading.ts';

export interface RepeatedImports {
  /** Where import() is called most. */
  site: SurvivingSite;
  /** Modules a second, as V8 compiled them. */
  perSecond: number;
  /** Of what stays on the heap, what compiling and running modules allocated, 0..1. */
  share: number;
}

/** Modules are loaded all the time, and the program calls import() as often. */
export function repeatedImports({ growth, filled }: HeapCause, facts: Facts): RepeatedImports | null {
  const loading = filled?.insertion ? null : moduleLoading(growth, facts, isModuleLoader);
  if (!loading) return null;
  const [site] = survivingSites(facts.observations.asyncObservations, ['PROMISE'], 'all')
    .filter(
      (each) => each.site.thread === growth.thread && each.blame.subject && each.site.frames.some(isImport),
    )
    .sort((a, b) => b.madePerSecond - a.madePerSecond);
  const isOften = (site?.madePerSecond ?? 0) >= CODE_GROWTH.leastPerSecond;
  return site && isOften ? { site, perSecond: loading.perSecond, share: loading.share } : null;
}

function isModuleLoader({ file }: Frame): boolean {
  return file?.startsWith('node:internal/modules/esm') === true;
}

function isImport({ owner, functionName }: Frame): boolean {
  return owner === 'node' && functionName === 'importModuleDynamicallyCallback';
}

export function describeImports(imports: RepeatedImports, { growth }: HeapCause, facts: Facts): Draft {
  const { site, perSecond: compiled, share } = imports;
  const blame = throughLibrary(site.blame, facts);
  const frame = blame.subject!;
  const impact = heapImpact(growth, share, facts);
  const rate = perSecond(compiled);
  return {
    kind: 'code-growth',
    severity: leakSeverity(impact.exhaustionSeconds),
    confidence: CODE_GROWTH.confidence,
    urgency: leakUrgency(impact.exhaustionSeconds),
    title: `Modules are imported again and again at ${rate}, and retained (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', frame.functionName, frame, growth.thread),
    impact,
    evidence: [
      {
        source: 'scripts',
        statement: 'V8 compiled modules that had not been loaded before',
        value: compiled,
        unit: 'per second',
      },
      {
        source: 'async-resources',
        statement: `async hooks saw ${placeWithLibrary(blame)} call import() most often`,
      },
      {
        source: 'heap-sampling',
        statement: `${formatShare(share)} of the growth was allocated by loading modules`,
      },
      floorEvidence(growth),
    ],
    innocentExplanation:
      'The number of modules loaded on first use is limited, so loading them stops. Here it did not stop during the capture.',
    advice: [
      'Node.js keeps each module under its whole URL for as long as the process runs: import() of a URL with a part that changes each time (`?t=...`) loads one more copy each time. Import it again only after its file has changed, read what changes as data (JSON), or load code that has to be replaced often in a worker thread or child process that ends.',
    ],
    caveats: [],
    asSymptom: `modules are imported ${rate} in ${place(frame)}`,
    effect: 'heap',
    explains: ['heap', 'gc', 'native', 'slower'],
  };
}
