// Code that is compiled over and over: templates, validators, vm scripts made anew for each request. Each is a script
// that V8 keeps for as long as a function of it lives.

import { type Blame, blame } from '../../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../../analysis/facts.ts';
import type { CompileSite } from '../../../model/memory/census.ts';
import { siteOfAllocations, siteOfCalls, survivors, throughLibrary } from '../../creation-site.ts';
import { findHeapCause, type HeapCause } from '../../memory/heap-cause.ts';
import { floorEvidence, heapImpact } from '../../memory/heap-impact.ts';
import { keepsMemory } from '../../memory/long-timers.ts';
import { describeImports, repeatedImports } from '../../memory/repeated-imports.ts';
import { heldCollection } from '../../memory/retainer-path.ts';
import type { Draft, Rule } from '../../rule.ts';
import { CODE_GROWTH } from '../../thresholds/memory.ts';
import { leakSeverity, leakUrgency, perSecond, place, placeWithLibrary, subjectOf } from '../../wording.ts';

export const codeGrowth: Rule = {
  kind: 'code-growth',
  judge(facts) {
    const { compileSites } = facts.observations;
    if (facts.heap.every(({ floor }) => floor.verdict === 'too-little-data'))
      return { notApplicable: 'too few reads of the heap after a full GC' };
    return facts.heap.flatMap((growth) => {
      const cause = findHeapCause(growth, facts);
      if (!cause?.isMeasured) return [];
      const imports = repeatedImports(cause, facts);
      if (imports) return [describeImports(imports, cause, facts)];
      const [most] = compilers(
        compileSites.filter(({ thread }) => thread === growth.thread),
        facts,
      );
      const isOther = !most || isElsewhere(cause, most) || isOfKept(most, growth.thread, facts);
      return isOther ? [] : [describe(most, cause, facts)];
    });
  },
};

interface Compiler {
  blame: Blame;
  perSecond: number;
}

/** V8 tells one frame of the stack only: for vm.Script that is Node's, and its caller is told by profiles. */
const VM_FUNCTIONS = /^(Script|ContextifyScript|compileFunction|createScript|runIn(This|New)?Context)$/;

/** Places in user code that make scripts, the busiest first. Loading a module is no growth. */
function compilers(sites: readonly CompileSite[], facts: Facts): Compiler[] {
  const byPlace = new Map<string, { blame: Blame; scripts: number; seconds: number }>();
  for (const { frames, scripts, watchedMillis } of sites) {
    if (frames.some(({ file }) => file?.startsWith('node:internal/modules'))) continue;
    const direct = blame(frames, 'of calls');
    const isVm = direct.subject === null && frames.some(({ file }) => file === 'node:vm');
    const found = isVm ? vmCaller(facts) : throughLibrary(direct, facts);
    if (!found?.subject) continue;
    const key = place(found.subject);
    const known = byPlace.get(key) ?? { blame: found, scripts: 0, seconds: watchedMillis / 1_000 };
    known.scripts += scripts;
    byPlace.set(key, known);
  }
  return [...byPlace.values()]
    .filter(
      ({ scripts, seconds }) =>
        scripts >= CODE_GROWTH.leastScripts && scripts / seconds >= CODE_GROWTH.leastPerSecond,
    )
    .map(({ blame: found, scripts, seconds }) => ({ blame: found, perSecond: scripts / seconds }))
    .sort((a, b) => b.perSecond - a.perSecond);
}

function vmCaller(facts: Facts): Blame | null {
  return (siteOfAllocations(facts, VM_FUNCTIONS) ?? siteOfCalls(facts, VM_FUNCTIONS))?.blame ?? null;
}

/** What a package compiles for something that a timer keeps, such as a page with scripts, stays for as long as that. */
function isOfKept({ blame: { app } }: Compiler, thread: number, facts: Facts): boolean {
  return (
    app === null &&
    survivors(facts, ['Timeout']).some(
      (timers) => timers.site.thread === thread && keepsMemory(timers, facts),
    )
  );
}

/** What fills the heap was seen in another file: the compiling is a matter of its own, and no leak. */
function isElsewhere({ filled, site }: HeapCause, compiler: Compiler): boolean {
  const file = compiler.blame.subject!.file;
  const libraryFile = compiler.blame.library?.file;
  const filler = filled?.insertion?.blame;
  const places = [filler?.subject?.file, filler?.library?.file, site?.blame.subject?.file].filter(Boolean);
  return places.length > 0 && !places.some((at) => at === file || at === libraryFile);
}

function describe({ blame: found, perSecond: rate }: Compiler, cause: HeapCause, facts: Facts): Draft {
  const { thread } = cause.growth;
  const frame = found.subject!;
  const impact = heapImpact(cause.growth, cause.site?.share, facts);
  return {
    kind: 'code-growth',
    severity: leakSeverity(impact.exhaustionSeconds),
    confidence: CODE_GROWTH.confidence,
    urgency: leakUrgency(impact.exhaustionSeconds),
    title: `Code is compiled again and again at ${perSecond(rate)}, and retained (${placeWithLibrary(found)})`,
    subject: subjectOf('function', frame.functionName, frame, thread),
    impact,
    evidence: [
      {
        source: 'scripts',
        statement: `V8 compiled scripts for ${placeWithLibrary(found)}`,
        value: rate,
        unit: 'per second',
      },
      floorEvidence(cause.growth),
    ],
    retainerPath: heldCollection(cause.filled, thread, facts)?.path,
    innocentExplanation:
      'Templates and validators that are compiled once, on first use, soon stop being compiled. These did not stop during the capture.',
    advice: ['Compile once and keep the result by its source or name, with a bound if there can be many.'],
    caveats: [],
    asSymptom: `code is compiled ${perSecond(rate)} in ${place(frame)}`,
    effect: 'heap',
    explains: ['heap', 'gc', 'native', 'slower'],
  };
}
