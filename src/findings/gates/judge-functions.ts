// Rules about functions: "function>2%" for any of them, "function:rank@src/search.js>1%" for one. A change is in parts
// of all CPU time, so that a small function that doubles is still small.
import type { Comparison, FunctionChange } from '../../model/comparison/comparison.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { FunctionRule } from './grammar/gate-rule.ts';
import { type HeldOutcome, hold, intervalOf, runsEnough } from './hold.ts';

import {
  enoughWords,
  functionPlace,
  type Judgement,
  listed,
  moved,
  NO_INTERVAL,
  percent,
} from './wording.ts';

interface Judged {
  change: FunctionChange;
  outcome: HeldOutcome;
}

export function judgeFunctions(rule: FunctionRule, comparison: Comparison): Judgement {
  const { functions } = comparison;
  if (functions.length === 0)
    return {
      outcome: 'unmeasured',
      statement: 'no functions were compared: there is no CPU profile',
      evidence: {},
    };
  const meant = functions.filter((change) => isMeant(rule, change));
  if (meant.length === 0) return notFound(rule, functions);
  const judged = meant.map((change) => ({ change, outcome: outcomeOf(change, rule.limit) }));
  const failed = judged.filter(({ outcome }) => outcome === 'fail');
  if (failed.length > 0) return decision('fail', failed, rule, comparison);
  const unsure = judged.filter(({ outcome }) => outcome === 'unsure');
  if (unsure.length > 0) return decision('unsure', unsure, rule, comparison);
  return decision('pass', judged, rule, comparison);
}

/** A file may be given by the end of its path. */
function isMeant({ name, file }: FunctionRule, change: FunctionChange): boolean {
  if (name !== null && change.function !== name) return false;
  if (file === null) return true;
  const wanted = file.replace(/^\.\//, '');
  return change.file === wanted || (change.file?.endsWith(`/${wanted}`) ?? false);
}

function outcomeOf(change: FunctionChange, limit: number): HeldOutcome {
  // Cost that only moved between neighbours on the stack is nobody's fault: their sum did not change.
  if (change.movedWith.length > 0) return 'pass';
  const interval = intervalOf(change, true);
  if (interval === null) return 'unsure';
  const outcome = hold(interval, '>', limit);
  return outcome === 'fail' && change.verdict !== 'different' ? 'unsure' : outcome;
}

function decision(
  outcome: HeldOutcome,
  judged: readonly Judged[],
  { limit, name }: FunctionRule,
  comparison: Comparison,
): Judgement {
  const sorted = judged.map(({ change }) => change).sort((a, b) => (b.change ?? 0) - (a.change ?? 0));
  const first = sorted[0]!;
  const needed = outcome === 'unsure' ? runsFor(first, limit, comparison) : null;
  const size = `${percent(limit)} of ${comparison.costs === 'live-bytes' ? 'all live bytes' : 'all CPU time'}`;
  const all = listed(sorted.map(describe));
  const statement = {
    fail: `${all}: more than ${size}`,
    unsure: `${all}: that may be more than ${size}${enoughWords(needed)}`,
    pass:
      name === null
        ? `no function rose by more than ${size}; the most is ${describe(first)}`
        : `${all}: within the limit of ${size}`,
  }[outcome];
  return {
    outcome,
    statement,
    evidence: { ...evidenceOf(first), limit, count: sorted.length, runsNeeded: needed },
  };
}

function describe(change: FunctionChange): string {
  const interval = intervalOf(change, true);
  const text = interval === null ? NO_INTERVAL : moved(interval, percent);
  const apart =
    change.movedWith.length > 0
      ? `, but that cost only moved between it and ${listed(change.movedWith)}`
      : '';
  return `${functionPlace(change)} ${text}${apart}`;
}

function runsFor(change: FunctionChange, limit: number, { base, head }: Comparison): number | null {
  const interval = intervalOf(change, true);
  if (interval === null) return change.runsNeeded;
  const isInside = interval.low <= limit && limit <= interval.high;
  return isInside ? runsEnough(interval, limit, Math.min(base.runs, head.runs)) : change.runsNeeded;
}

function evidenceOf(change: FunctionChange): Judgement['evidence'] {
  const { function: name, file, line, change: part, changeLow, changeHigh, verdict } = change;
  return { function: name, file, line, change: part, changeLow, changeHigh, verdict };
}

/** Not seen is not the same as not slower: the name may be wrong. */
function notFound({ name, file }: FunctionRule, functions: readonly FunctionChange[]): Judgement {
  const near = nearestName(name ?? '', [...new Set(functions.map((change) => change.function))]);
  const place = `${name}${file === null ? '' : ` in ${file}`}`;
  const elsewhere = functions.find((change) => change.function === (near ?? name));
  return {
    outcome: 'unsure',
    statement: `no function ${place} was seen on either side${elsewhere ? `; the nearest is ${functionPlace(elsewhere)}` : ''}`,
    evidence: { function: name, file },
  };
}
