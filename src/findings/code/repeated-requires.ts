// Modules that are taken out of `require.cache` and required again: the module that requires them keeps every one, as its child.

import { type Blame, blame } from '../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../analysis/facts.ts';
import type { AllocationSite } from '../../analysis/growth/heap-growth.ts';
import type { Frame } from '../../model/frame.ts';
import { formatNumber, formatShare } from '../../units/units.ts';
import { throughLibrary } from '../creation-site.ts';
import type { HeapCause } from '../memory/heap-cause.ts';
import { floorEvidence, heapImpact } from '../memory/heap-impact.ts';
import type { Draft } from '../rule.ts';
import { CODE_GROWTH } from '../thresholds/memory.ts';
import { leakSeverity, leakUrgency, perSecond, place, placeWithLibrary, subjectOf } from '../wording.ts';
import { moduleLoading } from './module-loading.ts';

export interface RepeatedRequires {
  /** Where require() is called. */
  blame: Blame;
  /** Modules a second, as V8 compiled them. */
  perSecond: number;
  /** Of what stays on the heap, what loading and running modules allocated, 0..1. */
  share: number;
  /** The list of children, where it is what was seen to grow: from how many to how many. */
  children: { first: number; last: number } | null;
}

/** Modules are loaded all the time, by require(). */
export function repeatedRequires({ growth, filled }: HeapCause, facts: Facts): RepeatedRequires | null {
  const ofChildren = filled && isListOfChildren(filled.collection) ? filled : null;
  if (filled?.insertion || (filled && !ofChildren)) return null;
  const loading = moduleLoading(growth, facts, isLoader);
  const found = loading?.sites.map(requirerOf).find((each) => each.subject !== null);
  if (!loading || !found) return null;
  return {
    blame: throughLibrary(found, facts),
    perSecond: ofChildren?.trend.slopePerSecond ?? loading.perSecond,
    share: loading.share,
    children: ofChildren && { first: ofChildren.trend.first, last: ofChildren.trend.last },
  };
}

function isLoader({ file }: Frame): boolean {
  return file?.startsWith('node:internal/modules/cjs') === true;
}

/** Each module has the list of those that it was the first to require. */
function isListOfChildren({
  type,
  holder,
  newestEntry,
}: NonNullable<HeapCause['filled']>['collection']): boolean {
  const isOfModules = /^(?:Module$|\{id, path, exports\b)/.test(newestEntry);
  return type === 'Array' && holder?.kind === 'property' && holder.name === 'children' && isOfModules;
}

/** Outside of all that loading one module led to. */
function requirerOf({ frames }: AllocationSite): Blame {
  const outermost = frames.findLastIndex(({ file }) => file?.startsWith('node:internal/modules/') === true);
  return blame(frames.slice(outermost + 1), 'of calls');
}

export function describeRequires(requires: RepeatedRequires, { growth }: HeapCause, facts: Facts): Draft {
  const { blame: found, share, children } = requires;
  const frame = found.subject!;
  const impact = heapImpact(growth, share, facts);
  const rate = perSecond(requires.perSecond);
  return {
    kind: 'code-growth',
    severity: leakSeverity(impact.exhaustionSeconds),
    confidence: CODE_GROWTH.confidence,
    urgency: leakUrgency(impact.exhaustionSeconds),
    title: `Modules are loaded again and again at ${rate}, and retained (${placeWithLibrary(found)})`,
    subject: subjectOf('function', frame.functionName, frame, growth.thread),
    impact,
    evidence: [
      { source: 'scripts', statement: 'V8 compiled modules', value: requires.perSecond, unit: 'per second' },
      ...(children
        ? [
            {
              source: 'references',
              statement: `the list of \`children\` of a module went from ${formatNumber(children.first)} to ${formatNumber(children.last)} modules`,
            },
          ]
        : []),
      {
        source: 'heap-sampling',
        statement: `${formatShare(share)} of the growth was allocated by loading modules for ${placeWithLibrary(found)}`,
      },
      floorEvidence(growth),
    ],
    innocentExplanation:
      'The number of modules loaded on first use is limited, so loading them stops. Here it did not stop during the capture.',
    advice: [
      'A module that was deleted from `require.cache` is loaded again, and `module.children` of the module that requires it keeps each copy with all that it has made. Take it out of that list, too; or load it again only after its file has changed, or read what changes as data (JSON).',
    ],
    caveats: [],
    asSymptom: `modules are loaded ${rate} in ${place(frame)}`,
    effect: 'heap',
    explains: ['heap', 'gc', 'native', 'slower'],
  };
}
