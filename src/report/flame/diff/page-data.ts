// From a comparison to what the page of a differential flame graph carries. Everything a target chose to call itself
// becomes inert and bounded here.
import type { DiffNode, FunctionChange, SideSummary } from '../../../model/comparison/comparison.ts';
import { escapeControls } from '../../escape.ts';
import type { PageChange, PageData, PageFrame } from './page-model.ts';

/** What a differential flame graph is drawn from; costs are microseconds a request or a second, as `per` says. */
export interface DiffFlame {
  title: string;
  per: 'request' | 'second' | 'run';
  base: SideSummary;
  head: SideSummary;
  /** A parent before its children, the root first; may be empty. */
  nodes: readonly DiffNode[];
  functions: readonly FunctionChange[];
}

const MAX_NAME_LENGTH = 160;
const MAX_PLACE_LENGTH = 240;
const MAX_MOVED = 20;

export function toPageData({ per, base, head, nodes, functions }: DiffFlame): PageData {
  const changeOf = createChangeFinder(functions);
  const frames: PageFrame[] = [];
  const frameByText = new Map<string, number>();
  const frameOf = (node: DiffNode): number => {
    const text = JSON.stringify([node.function, node.file, node.line, node.package]);
    const known = frameByText.get(text);
    if (known !== undefined) return known;
    frameByText.set(text, frames.length);
    return frames.push({ ...namesOf(node), owner: node.owner, change: changeOf(node) }) - 1;
  };
  return {
    per,
    baseLabel: escapeControls(base.label, MAX_NAME_LENGTH),
    headLabel: escapeControls(head.label, MAX_NAME_LENGTH),
    tree: {
      parent: nodes.map(({ parent }, index) =>
        parent >= 0 && parent < index ? parent : index === 0 ? -1 : 0,
      ),
      frame: nodes.map(frameOf),
      baseSelf: nodes.map(({ baseSelf }) => amount(baseSelf)),
      headSelf: nodes.map(({ headSelf }) => amount(headSelf)),
      baseTotal: nodes.map(({ baseTotal }) => amount(baseTotal)),
      headTotal: nodes.map(({ headTotal }) => amount(headTotal)),
      isSignificant: nodes.map(({ isSignificant }) => isSignificant),
    },
    frames,
    changes: functions.map(toPageChange),
    isUnchanged:
      !nodes.some(({ isSignificant }) => isSignificant) &&
      !functions.some(({ verdict }) => verdict === 'different'),
  };
}

type Named = Pick<DiffNode, 'function' | 'file' | 'line' | 'package'>;

function namesOf(named: Named): Pick<PageFrame, 'name' | 'place' | 'package'> {
  const file = named.file === null ? '' : escapeControls(named.file, MAX_PLACE_LENGTH);
  return {
    name: escapeControls(named.function, MAX_NAME_LENGTH) || '(anonymous)',
    place: file === '' || named.line === null ? file : `${file}:${named.line}`,
    package: named.package === null ? '' : escapeControls(named.package, MAX_NAME_LENGTH),
  };
}

/** By function, file and package; of several (anonymous functions of one file) the one on the nearest line. */
function createChangeFinder(functions: readonly FunctionChange[]): (node: Named) => number {
  const keyOf = (named: Named) => JSON.stringify([named.function, named.file, named.package]);
  const byKey = new Map<string, number[]>();
  functions.forEach((change, index) => {
    const same = byKey.get(keyOf(change));
    if (same) same.push(index);
    else byKey.set(keyOf(change), [index]);
  });
  return (node) => {
    const distance = (index: number) => Math.abs((functions[index]?.line ?? 0) - (node.line ?? 0));
    const same = byKey.get(keyOf(node)) ?? [];
    return same.reduce((best, index) => (distance(index) < distance(best) ? index : best), same[0] ?? -1);
  };
}

function toPageChange(change: FunctionChange): PageChange {
  return {
    ...namesOf(change),
    verdict: change.verdict,
    presence: change.presence,
    base: known(change.base),
    head: known(change.head),
    difference: known(change.difference),
    differenceLow: known(change.differenceLow),
    differenceHigh: known(change.differenceHigh),
    share: known(change.change, 6),
    shareLow: known(change.changeLow, 6),
    shareHigh: known(change.changeHigh, 6),
    totalBase: known(change.total.base),
    totalHead: known(change.total.head),
    allocation: change.allocation && {
      base: known(change.allocation.base),
      head: known(change.allocation.head),
    },
    movedWith: change.movedWith.slice(0, MAX_MOVED).map((name) => escapeControls(name, MAX_NAME_LENGTH)),
    runsNeeded: change.runsNeeded,
  };
}

/** Nanoseconds are finer than any sample: more digits would only make the page bigger. */
function known(value: number | null, digits = 3): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toFixed(digits));
}

function amount(value: number): number {
  return Math.max(0, known(value) ?? 0);
}
