// The flame graph in place: callers above, what they called below, width is time. Idle is left out unless asked for.
import type { Finding } from '../../../model/finding.ts';
import type { FlameFrame, FlamePicture } from '../../../model/report/pictures.ts';
import { formatDuration, formatShare } from '../../../units/units.ts';
import type { PageElement, PageEvent, PageWindow } from '../browser.ts';
import type { Builder } from '../builder.ts';
import { type Box, IDLE, layOut } from './flame-layout.ts';
import { placeText } from './place.ts';

const ROW = 20;
/** Pixels. */
const LEAST_BOX = 3;

export function drawFlame(
  builder: Builder,
  window: PageWindow,
  { picture, findings }: { picture: FlamePicture; findings: readonly Finding[] },
): PageElement {
  const { h } = builder;
  const layout = layOut(picture);
  const state = { focus: 0, withIdle: false, search: '', current: 0 };
  const graph = h('div', {
    class: 'flame',
    role: 'tree',
    'aria-label': `call tree of ${picture.threadName}`,
  });
  const told = h('p', { class: 'flame-told', 'aria-live': 'polite' });
  let boxes: Box[] = [];

  const frameOf = (node: number): FlameFrame | undefined => picture.frames[picture.frame[node] ?? -1];
  const isFound = (node: number) => state.search !== '' && searchText(frameOf(node)).includes(state.search);

  function tell(node: number): void {
    state.current = node;
    told.textContent = describeNode(picture, node, frameOf(node));
  }

  function zoom(node: number): void {
    if (node === IDLE) return;
    state.focus = node;
    draw();
    tell(node);
    graph.querySelector(`[data-node="${node}"]`)?.focus({ preventScroll: true });
  }

  function draw(): void {
    const width = Math.max(200, graph.clientWidth);
    boxes = layout.boxes({ focus: state.focus, withIdle: state.withIdle, leastWidth: LEAST_BOX / width });
    const deepest = Math.max(0, ...boxes.map(({ depth }) => depth));
    graph.style.setProperty('height', `${(deepest + 1) * ROW}px`);
    graph.replaceChildren(...boxes.map((box) => drawBox(builder, box, { picture, state, isFound, frameOf })));
  }

  function walk(event: PageEvent): void {
    const next = neighbour(boxes, picture, state.current, event.key);
    if (event.key === 'Enter' || event.key === ' ') zoom(state.current);
    else if (event.key === 'Escape') zoom(Math.max(0, picture.parent[state.focus] ?? 0));
    else if (next !== null) {
      tell(next);
      for (const each of graph.querySelectorAll('.frame'))
        each.tabIndex = each.dataset.node === String(next) ? 0 : -1;
      graph.querySelector(`[data-node="${next}"]`)?.focus();
    } else return;
    event.preventDefault();
  }

  graph.addEventListener('click', ({ target }) => {
    const node = target.closest('.frame')?.dataset.node;
    if (node !== undefined) zoom(Number(node));
  });
  graph.addEventListener('pointerover', ({ target }) => {
    const node = target.closest('.frame')?.dataset.node;
    if (node !== undefined) told.textContent = describeNode(picture, Number(node), frameOf(Number(node)));
  });
  graph.addEventListener('keydown', walk);
  window.addEventListener('resize', () => window.requestAnimationFrame(draw));
  window.requestAnimationFrame(() => {
    draw();
    tell(0);
  });
  const jumps = jumpTargets(picture, findings).map(({ finding, isWanted }) => {
    const button = h('button', { type: 'button' }, `${finding.rank}. ${finding.subject.function}`);
    button.addEventListener('click', () => zoom(Math.max(0, layout.widest(isWanted))));
    return button;
  });
  return h(
    'div',
    { class: 'flame-box' },
    tools(builder, picture, { state, draw, zoom, jumps }),
    h('div', { class: 'flame-scroll' }, graph),
    told,
  );
}

interface FlameState {
  focus: number;
  withIdle: boolean;
  search: string;
  current: number;
}

function tools(
  { h }: Builder,
  { idleMillis, totalMillis }: FlamePicture,
  {
    state,
    draw,
    zoom,
    jumps,
  }: { state: FlameState; draw(): void; zoom(node: number): void; jumps: PageElement[] },
): PageElement {
  const idle = h(
    'button',
    { type: 'button', 'aria-pressed': 'false', class: 'idle-toggle' },
    `idle: ${formatDuration(idleMillis)}`,
  );
  idle.addEventListener('click', () => {
    state.withIdle = !state.withIdle;
    idle.setAttribute('aria-pressed', String(state.withIdle));
    zoom(0);
  });
  const whole = h('button', { type: 'button' }, 'whole');
  whole.addEventListener('click', () => zoom(0));
  const search = h('input', {
    type: 'search',
    placeholder: 'function, file, package',
    'aria-label': 'search in the flame graph',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  search.addEventListener('input', () => {
    state.search = search.value.trim().toLowerCase();
    draw();
  });
  return h(
    'div',
    { class: 'tools' },
    h('span', { class: 'quiet' }, `${formatDuration(totalMillis[0] ?? 0)} busy`),
    idleMillis > 0 && idle,
    whole,
    search,
    jumps.length > 0 && h('span', { class: 'quiet' }, 'findings:'),
    ...jumps,
  );
}

function drawBox(
  { h }: Builder,
  { node, depth, left, width }: Box,
  {
    picture,
    state,
    isFound,
    frameOf,
  }: {
    picture: FlamePicture;
    state: FlameState;
    isFound(node: number): boolean;
    frameOf(node: number): FlameFrame | undefined;
  },
): PageElement {
  const frame = frameOf(node);
  const name = node === IDLE ? '(idle)' : (frame?.function ?? picture.threadName);
  const tone = node === IDLE ? 'idle' : (frame?.owner ?? 'whole');
  const faded = state.search !== '' && !isFound(node);
  const box = h(
    'div',
    {
      class: `frame ${tone}${isFound(node) ? ' found' : ''}${faded ? ' faded' : ''}`,
      role: 'treeitem',
      'aria-level': depth + 1,
      'aria-label': describeNode(picture, node, frame),
      'aria-selected': node === state.focus ? 'true' : 'false',
      'data-node': node,
      tabindex: node === state.focus ? 0 : -1,
    },
    width > 0.02 ? name : '',
  );
  box.style.setProperty('left', `${(left * 100).toFixed(3)}%`);
  box.style.setProperty('width', `${(width * 100).toFixed(3)}%`);
  box.style.setProperty('top', `${depth * ROW}px`);
  return box;
}

function describeNode(picture: FlamePicture, node: number, frame: FlameFrame | undefined): string {
  const whole = picture.totalMillis[0] ?? 0;
  if (node === IDLE) return `idle: ${formatDuration(picture.idleMillis)}`;
  const name = frame
    ? `${placeText(frame)}${frame.package === null ? '' : ` [${frame.package}]`}`
    : picture.threadName;
  const [total, self] = [picture.totalMillis[node] ?? 0, picture.selfMillis[node] ?? 0];
  return `${name}: ${formatDuration(total)}, ${formatShare(whole > 0 ? total / whole : 0)} of busy time; self ${formatDuration(self)}`;
}

const searchText = (frame: FlameFrame | undefined) =>
  frame ? `${frame.function} ${frame.file ?? ''} ${frame.package ?? ''}`.toLowerCase() : '';

/** The box that an arrow leads to; null: none, or another key. */
function neighbour(
  boxes: readonly Box[],
  { parent }: FlamePicture,
  current: number,
  key: string,
): number | null {
  const box = boxes.find(({ node }) => node === current);
  if (!box) return null;
  if (key === 'ArrowUp') {
    const above = current === IDLE ? 0 : (parent[current] ?? -1);
    return above < 0 ? null : above;
  }
  if (key === 'ArrowDown')
    return (
      boxes.find(
        ({ depth, left }) =>
          depth === box.depth + 1 && left >= box.left - 1e-9 && left < box.left + box.width,
      )?.node ?? null
    );
  const row = boxes.filter(({ depth }) => depth === box.depth).toSorted((a, b) => a.left - b.left);
  const at = row.indexOf(box);
  if (key === 'ArrowRight') return row[at + 1]?.node ?? null;
  return key === 'ArrowLeft' ? (row[at - 1]?.node ?? null) : null;
}

/** Findings whose function stands in this tree. */
function jumpTargets(
  { frames, frame, thread }: FlamePicture,
  findings: readonly Finding[],
): { finding: Finding; isWanted(node: number): boolean }[] {
  return findings.flatMap((finding) => {
    const { subject } = finding;
    const wanted = new Set(
      frames.flatMap((each, i) =>
        each.function === subject.function && each.file === subject.file ? [i] : [],
      ),
    );
    if (subject.thread !== thread || wanted.size === 0) return [];
    return [{ finding, isWanted: (node: number) => wanted.has(frame[node] ?? -1) }];
  });
}
