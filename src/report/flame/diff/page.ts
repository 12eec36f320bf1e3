// What ties a differential flame graph's page together: views, zoom, search, keys. This is the page's own code: it
// is bundled with its parts, and its text is embedded (see page-script.ts).
import { createDiffColors } from './colors.ts';
import { createDiffGraph, type GraphState } from './graph.ts';
import { createDiffLayout, type DiffView } from './layout.ts';
import type { PageElement, PageWindow } from './page-elements.ts';
import type { PageData, PageTree } from './page-model.ts';
import { createDiffPanel } from './panel.ts';
import { createDiffSearch } from './search.ts';
import { createDiffTables } from './tables.ts';
import { createDiffWords } from './words.ts';

const VIEWS: readonly DiffView[] = ['change', 'significant', 'head', 'base'];
const NOTHING: Record<DiffView, string> = {
  change: 'No time changed here. Show the time of one side instead.',
  significant: 'Nothing here changed by more than the noise.',
  head: 'Head spent no time here.',
  base: 'Base spent no time here.',
};

/** Draws the graph and the panel, and listens to the tools of the page. Throws when the page lacks one of its elements. */
export function startDiffPage(window: PageWindow, data: PageData): void {
  const { document } = window;
  const { tree, frames, changes } = data;
  const element = (id: string): PageElement => {
    const found = document.getElementById(id);
    if (!found) throw new Error(`the page has no #${id}`);
    return found;
  };
  const words = createDiffWords();
  const layout = createDiffLayout(tree);
  const finder = createDiffSearch(data, words);
  const rootWeight = (view: DiffView) => layout.weights(view)[0] ?? 0;
  const state: GraphState = { view: 'change', focus: 0, selected: -1, isFound: null };
  /** Where the reader was before each zoom. */
  const trail: number[] = [];

  const graph = createDiffGraph({
    document,
    container: element('graph'),
    data,
    layout,
    words,
    colorOf: createDiffColors(largestChange(tree)),
    onChoose: zoomTo,
  });
  const panel = createDiffPanel({
    container: element('panel'),
    data,
    words,
    tables: createDiffTables(document, words),
    grossOf: (node) => layout.weights('change')[node] ?? 0,
    onFunction: findFunction,
  });

  function draw(): void {
    const count = graph.draw(state);
    element('empty').hidden = count > 0;
    element('empty').textContent =
      tree.parent.length === 0 ? 'There is no CPU profile to draw.' : NOTHING[state.view];
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
    for (const name of VIEWS) element(`view-${name}`).checked = name === view;
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

  function zoomToFound(): void {
    const { isFound } = state;
    if (!isFound) return;
    const node = finder.widest((frame) => isFound[frame]!, layout.weights(state.view));
    if (node >= 0) zoomTo(node);
  }

  listenToTools(window, element, { draw, search, setView, zoomOut, zoomToFound, reset });
  select(-1);
  const isEmpty = data.isUnchanged || rootWeight('change') === 0;
  setView(!isEmpty ? 'change' : rootWeight('head') > 0 || rootWeight('base') === 0 ? 'head' : 'base');
}

interface ToolActions {
  draw(): void;
  search(): void;
  setView(view: DiffView): void;
  zoomOut(): void;
  zoomToFound(): void;
  reset(): void;
}

function listenToTools(
  window: PageWindow,
  element: (id: string) => PageElement,
  { draw, search, setView, zoomOut, zoomToFound, reset }: ToolActions,
): void {
  for (const view of VIEWS) element(`view-${view}`).addEventListener('change', () => setView(view));
  element('search').addEventListener('input', search);
  element('search').addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') zoomToFound();
  });
  element('out').addEventListener('click', zoomOut);
  element('reset').addEventListener('click', reset);
  window.document.addEventListener('keydown', ({ key, target }) => {
    if (key !== 'Escape') return;
    if (target.id === 'search' && target.value !== '') {
      target.value = '';
      search();
    } else zoomOut();
  });
  window.addEventListener('resize', () => window.requestAnimationFrame(draw));
}

/** Of those that count. */
function largestChange({ isSignificant, headSelf, baseSelf }: PageTree): number {
  return isSignificant.reduce(
    (largest, counts, node) =>
      counts ? Math.max(largest, Math.abs(headSelf[node]! - baseSelf[node]!)) : largest,
    0,
  );
}
