// The frames of a differential flame graph as elements: drawn, clicked, and walked with the arrow keys.
import type { createDiffColors } from './colors.ts';
import type { DiffLayout, DiffView } from './layout.ts';
import type { PageDocument, PageElement } from './page-elements.ts';
import type { PageData } from './page-model.ts';
import type { DiffWords } from './words.ts';

export interface GraphState {
  view: DiffView;
  /** The node that has the whole width. */
  focus: number;
  /** The node whose numbers are shown; -1: none. */
  selected: number;
  /** By frame; null: nothing is looked for. */
  isFound: readonly boolean[] | null;
}

export interface GraphNeeds {
  document: PageDocument;
  container: PageElement;
  data: PageData;
  layout: DiffLayout;
  words: DiffWords;
  colorOf: ReturnType<typeof createDiffColors>;
  /** A frame was clicked, or Enter pressed on it. */
  onChoose(node: number): void;
}

export interface DiffGraph {
  /** Draws the frames of a state; how many there are to see. */
  draw(state: GraphState): number;
  /** Scrolls to a frame that is drawn. */
  reveal(node: number): void;
}

const ROW_PIXELS = 20;
const NARROWEST_PIXELS = 0.3;
const LABEL_PIXELS = 28;
/** Stacks of servers are deep: of the callers of the frame in focus the nearest are shown, and one for all others. */
const SHOWN_CALLERS = 4;

export function createDiffGraph(needs: GraphNeeds): DiffGraph {
  const { document, container, data, layout, words, colorOf } = needs;
  const { tree, frames } = data;
  let drawn = new Map<number, PageElement>();
  /** The one frame that Tab stops at. */
  let current = 0;

  function labelOf(node: number): string {
    const frame = frames[tree.frame[node]!]!;
    const difference = tree.headSelf[node]! - tree.baseSelf[node]!;
    if (!tree.isSignificant[node] || difference === 0) return frame.name;
    return `${words.signedMicros(difference)} ${frame.name}`;
  }

  function describe(node: number): string {
    const { name, place } = frames[tree.frame[node]!]!;
    const self = words.signedMicros(tree.headSelf[node]! - tree.baseSelf[node]!);
    const total = words.signedMicros(tree.headTotal[node]! - tree.baseTotal[node]!);
    const noise = tree.isSignificant[node] ? '' : ', within the noise';
    return `${name}${place && ` (${place})`}: self ${self}, total ${total}${noise}`;
  }

  function elementOf(node: number, state: GraphState): PageElement {
    const element = document.createElement('div');
    const colors = colorOf(tree.headSelf[node]! - tree.baseSelf[node]!, tree.isSignificant[node]!);
    element.className = 'frame';
    element.dataset.node = String(node);
    element.tabIndex = -1;
    element.style.background = colors.background;
    element.style.color = colors.text;
    element.title = describe(node);
    element.setAttribute('role', 'treeitem');
    element.setAttribute('aria-label', describe(node));
    element.setAttribute('aria-selected', String(node === state.selected));
    if (state.isFound) element.classList.toggle(state.isFound[tree.frame[node]!] ? 'found' : 'faded', true);
    return element;
  }

  function draw(state: GraphState): number {
    const hadKeyboard = container.contains(document.activeElement);
    const pixels = Math.max(1, container.clientWidth);
    const rectangles = layout.rectangles(state.view, state.focus, NARROWEST_PIXELS / pixels);
    const focusDepth = rectangles.find(({ node }) => node === state.focus)?.depth ?? 0;
    const topDepth = Math.max(0, focusDepth - SHOWN_CALLERS);
    let rows = 1;
    drawn = new Map();
    for (const { node, depth, left, width } of rectangles) {
      const row = depth - topDepth;
      if (row < 0) continue;
      const element = elementOf(node, state);
      const wide = width * pixels;
      element.setAttribute('aria-level', String(depth + 1));
      element.style.left = `${left * pixels}px`;
      element.style.top = `${row * ROW_PIXELS}px`;
      element.style.width = `${Math.max(NARROWEST_PIXELS, wide - (wide > 3 ? 1 : 0))}px`;
      if (wide >= LABEL_PIXELS) element.textContent = labelOf(node);
      if (row === 0 && topDepth > 0) element.append(`, and ${topDepth} more above`);
      rows = Math.max(rows, row + 1);
      drawn.set(node, element);
    }
    container.style.height = `${rows * ROW_PIXELS}px`;
    container.replaceChildren(...drawn.values());
    stopAt(drawn.has(current) ? current : state.focus);
    if (hadKeyboard) drawn.get(current)?.focus({ preventScroll: true });
    return drawn.size;
  }

  function stopAt(node: number): void {
    const before = drawn.get(current);
    if (before) before.tabIndex = -1;
    current = node;
    const now = drawn.get(current);
    if (now) now.tabIndex = 0;
  }

  function reveal(node: number): void {
    drawn.get(node)?.scrollIntoView({ block: 'nearest' });
  }

  /** Puts the keyboard on a frame. */
  function goTo(node: number): void {
    stopAt(node);
    drawn.get(node)?.focus({ preventScroll: true });
    reveal(node);
  }

  function neighbour(key: string): number | undefined {
    const isDrawn = (node: number) => drawn.has(node);
    const parent = tree.parent[current] ?? -1;
    if (key === 'ArrowUp') return parent;
    if (key === 'ArrowDown') return layout.children(current).find(isDrawn);
    const row = layout.children(parent).filter(isDrawn);
    const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : Number.NaN;
    return row[row.indexOf(current) + step];
  }

  const nodeOf = (element: PageElement) => Number(element.closest('.frame')?.dataset.node ?? -1);
  container.addEventListener('click', ({ target }) => {
    const node = nodeOf(target);
    if (node < 0) return;
    stopAt(node);
    needs.onChoose(node);
  });
  container.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      needs.onChoose(current);
      return;
    }
    const node = neighbour(event.key);
    if (node === undefined || !drawn.has(node)) return;
    event.preventDefault();
    goTo(node);
  });
  return { draw, reveal };
}
