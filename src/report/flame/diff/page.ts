// What ties a differential flame graph's page together: views, zoom, search, keys. Runs in the page (its text is
// embedded there, so it is whole by itself): the other parts are handed to it.
import type { createDiffColors } from './colors.ts';
import type { createDiffGraph, GraphState } from './graph.ts';
import type { createDiffLayout, DiffView } from './layout.ts';
import type { PageElement, PageWindow } from './page-elements.ts';
import type { PageData } from './page-model.ts';
import type { createDiffPanel } from './panel.ts';
import type { createDiffSearch } from './search.ts';
import type { createDiffTables } from './tables.ts';
import type { createDiffWords } from './words.ts';

/** The parts, by name: how one reaches another when all are text. */
export interface PageParts {
  createDiffLayout: typeof createDiffLayout;
  createDiffWords: typeof createDiffWords;
  createDiffColors: typeof createDiffColors;
  createDiffGraph: typeof createDiffGraph;
  createDiffTables: typeof createDiffTables;
  createDiffPanel: typeof createDiffPanel;
  createDiffSearch: typeof createDiffSearch;
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
  const finder = parts.createDiffSearch(data, words);
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
    container: element('panel'),
    data,
    words,
    tables: parts.createDiffTables(document, words),
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
    const text = element('search').value.trim();
    state.isFound = text ? finder.find(text) : null;
    element('found').textContent = state.isFound ? finder.describe(state.isFound) : '';
    draw();
  }

  function findFunction(change: number): void {
    const node = finder.widest((frame) => frames[frame]!.change === change, layout.weights(state.view));
    if (node < 0) {
      element('search').value = changes[change]!.name;
      search();
      return;
    }
    // A function that is gone on head has no width in head's view.
    if (!layout.weights(state.view)[node]) setView('change');
    zoomTo(node);
  }

  for (const view of views) element(`view-${view}`).addEventListener('change', () => setView(view));
  element('search').addEventListener('input', search);
  element('search').addEventListener('keydown', ({ key }) => {
    const { isFound } = state;
    if (key !== 'Enter' || !isFound) return;
    const node = finder.widest((frame) => isFound[frame]!, layout.weights(state.view));
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
