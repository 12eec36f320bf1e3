// What ties a differential flame graph's page together: views, zoom, search, keys. Runs in the page (its text is
// embedded there, so it is whole by itself): the other parts are handed to it.
import type { createDiffColors } from './colors.ts';
import type { createDiffGraph, GraphState } from './graph.ts';
import type { createDiffLayout, DiffView } from './layout.ts';
import type { PageData } from './page-data.ts';
import type { PageElement, PageWindow } from './page-elements.ts';
import type { createDiffPanel } from './panel.ts';
import type { createDiffWords } from './words.ts';

/** The parts, by name: how one reaches another when all are text. */
export interface PageParts {
  createDiffLayout: typeof createDiffLayout;
  createDiffWords: typeof createDiffWords;
  createDiffColors: typeof createDiffColors;
  createDiffGraph: typeof createDiffGraph;
  createDiffPanel: typeof createDiffPanel;
}

export function startDiffPage(window: PageWindow, data: PageData, parts: PageParts): void {
  const { document } = window;
  const { tree, frames, changes } = data;
  const element = (id: string): PageElement => {
    const found = document.getElementById(id);
    if (!found) throw new Error(`the page has no #${id}`);
    return found;
  };
  const views: readonly DiffView[] = ['change', 'significant', 'head', 'base'];
  const nothing: Record<DiffView, string> = {
    change: 'No time changed here at all: look at the time of a side instead.',
    significant: 'Nothing here changed by more than the noise.',
    head: 'Head spent no time here.',
    base: 'Base spent no time here.',
  };
  const words = parts.createDiffWords();
  const layout = parts.createDiffLayout(tree);
  const rootWeight = (view: DiffView) => layout.weights(view)[0] ?? 0;
  const state: GraphState = { view: 'change', focus: 0, selected: -1, isFound: null };
  /** Where the reader was before each zoom. */
  const trail: number[] = [];

  let largest = 0;
  tree.isSignificant.forEach((isSignificant, node) => {
    if (isSignificant) largest = Math.max(largest, Math.abs(tree.headSelf[node]! - tree.baseSelf[node]!));
  });
  const graph = parts.createDiffGraph({
    document,
    container: element('graph'),
    data,
    layout,
    words,
    colorOf: parts.createDiffColors(largest),
    onChoose: zoomTo,
  });
  const panel = parts.createDiffPanel({
    document,
    container: element('panel'),
    data,
    words,
    grossOf: (node) => layout.weights('change')[node] ?? 0,
    onFunction: findFunction,
  });

  function draw(): void {
    const count = graph.draw(state);
    element('empty').hidden = count > 0;
    element('empty').textContent =
      tree.parent.length === 0 ? 'There is no CPU profile to draw.' : nothing[state.view];
    element('out').disabled = trail.length === 0;
  }

  function select(node: number): void {
    state.selected = node;
    if (node < 0) panel.showFunctions();
    else panel.showFrame(node);
  }

  function zoomTo(node: number): void {
    if (node !== state.focus) trail.push(state.focus);
    state.focus = node;
    select(node);
    draw();
    graph.reveal(node);
  }

  function zoomOut(): void {
    const before = trail.pop();
    if (before === undefined) select(-1);
    else {
      state.focus = before;
      select(trail.length === 0 ? -1 : before);
    }
    draw();
  }

  function reset(): void {
    trail.length = 0;
    state.focus = 0;
    element('search').value = '';
    select(-1);
    search();
  }

  function setView(view: DiffView): void {
    state.view = view;
    for (const name of views) element(`view-${name}`).checked = name === view;
    draw();
  }

  function search(): void {
    const text = element('search').value.trim().toLowerCase();
    state.isFound = text
      ? frames.map(({ name, place, package: owner }) =>
          `${name} ${place} ${owner}`.toLowerCase().includes(text),
        )
      : null;
    element('found').textContent = state.isFound ? foundWords(state.isFound) : '';
    draw();
  }

  /** How often, and how much self time of each side is in what was found. */
  function foundWords(isFound: readonly boolean[]): string {
    let base = 0;
    let head = 0;
    let count = 0;
    tree.frame.forEach((frame, node) => {
      if (!isFound[frame]) return;
      count++;
      base += tree.baseSelf[node]!;
      head += tree.headSelf[node]!;
    });
    if (count === 0) return 'nothing found';
    const sides = `self ${words.micros(base)} to ${words.micros(head)}`;
    return `${count} ${count === 1 ? 'frame' : 'frames'}, ${sides} (${words.signedMicros(head - base)})`;
  }

  /** Of the frames that pass, the widest one in this view; -1: none. */
  function widest(passes: (frame: number) => boolean): number {
    const weights = layout.weights(state.view);
    return tree.frame.reduce(
      (best, frame, node) => (passes(frame) && (best < 0 || weights[node]! > weights[best]!) ? node : best),
      -1,
    );
  }

  function findFunction(change: number): void {
    const node = widest((frame) => frames[frame]!.change === change);
    if (node < 0) {
      element('search').value = changes[change]!.name;
      search();
    } else zoomTo(node);
  }

  for (const view of views) element(`view-${view}`).addEventListener('change', () => setView(view));
  element('search').addEventListener('input', search);
  element('search').addEventListener('keydown', ({ key }) => {
    const node = key === 'Enter' && state.isFound ? widest((frame) => state.isFound![frame]!) : -1;
    if (node >= 0) zoomTo(node);
  });
  element('out').addEventListener('click', zoomOut);
  element('reset').addEventListener('click', reset);
  document.addEventListener('keydown', ({ key, target }) => {
    if (key !== 'Escape') return;
    if (target.id === 'search' && target.value !== '') {
      target.value = '';
      search();
    } else zoomOut();
  });
  window.addEventListener('resize', () => window.requestAnimationFrame(draw));

  select(-1);
  const isEmpty = data.isUnchanged || rootWeight('change') === 0;
  setView(!isEmpty ? 'change' : rootWeight('head') > 0 || rootWeight('base') === 0 ? 'head' : 'base');
}
