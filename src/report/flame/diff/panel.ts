// The numbers of one frame of a differential flame graph, as tables beside it. Whatever a target named goes in as text, never
// as markup.

import type { PageElement } from './page-elements.ts';
import type { PageChange, PageData } from './page-model.ts';
import type { DiffTables } from './tables.ts';
import type { DiffWords } from './words.ts';

export interface PanelNeeds {
  container: PageElement;
  data: PageData;
  words: DiffWords;
  tables: DiffTables;
  /** Gross change under a node. */
  grossOf(node: number): number;
  /** A function of the list was chosen, by its index in `changes`. */
  onFunction(change: number): void;
}

export interface DiffPanel {
  showFrame(node: number): void;
  /** What changed, largest first: to begin with, and when nothing is selected. */
  showFunctions(): void;
}

export function createDiffPanel(needs: PanelNeeds): DiffPanel {
  const { container, data, words } = needs;
  const { make, sidesRow, sidesTable, factsList } = needs.tables;
  const { tree, frames, changes } = data;
  const longestList = 50;

  function verdictOf(change: PageChange): string {
    if (change.presence === 'new') return 'only on head';
    if (change.presence === 'gone') return 'only on base';
    if (change.verdict === 'different') return 'different';
    if (change.verdict === 'same') return 'the same, within the noise';
    const runs =
      change.runsNeeded === null ? '' : `; ${change.runsNeeded} runs per side may be enough to decide`;
    return `cannot be distinguished from noise${runs}`;
  }

  function functionPart(change: PageChange | undefined): PageElement[] {
    if (!change) return [make('p', 'quiet', 'The function as a whole was not compared.')];
    const rows = [
      sidesRow('function-self', 'self', change, 'micros'),
      sidesRow('function-total', 'total', { base: change.totalBase, head: change.totalHead }, 'micros'),
    ];
    if (change.allocation) rows.push(sidesRow('allocation', 'allocated', change.allocation, 'bytes'));
    const share = `${words.signedPercent(change.share)} (${words.interval(change.shareLow, change.shareHigh, words.signedPercent)})`;
    return [
      sidesTable(`The function wherever it is called, per ${data.per}`, ...rows),
      factsList([
        ['verdict', 'verdict on self', verdictOf(change)],
        ['difference', 'difference', words.signedMicros(change.difference)],
        [
          'interval',
          'interval',
          words.interval(change.differenceLow, change.differenceHigh, words.signedMicros),
        ],
        ['share', 'of all CPU time', change.share === null ? 'unknown' : share],
        ['moved-with', 'cost moved from or to', change.movedWith.join(', ')],
      ]),
    ];
  }

  function heading(name: string, place: string, packageName: string): PageElement[] {
    const title = make('h2', '', name);
    title.id = 'panel-name';
    const facts = factsList([
      ['place', 'at', place || 'native code'],
      ['package', 'package', packageName],
    ]);
    return [title, facts];
  }

  function showFrame(node: number): void {
    const frame = frames[tree.frame[node]!]!;
    const self = { base: tree.baseSelf[node]!, head: tree.headSelf[node]! };
    const total = { base: tree.baseTotal[node]!, head: tree.headTotal[node]! };
    const here = sidesTable(
      `Called like this, per ${data.per}`,
      sidesRow('self', 'self', self, 'micros'),
      sidesRow('total', 'total', total, 'micros'),
    );
    const gross = factsList([
      ['gross', 'sum of increases and decreases under it', words.micros(needs.grossOf(node))],
    ]);
    container.replaceChildren(
      ...heading(frame.name, frame.place, frame.package),
      here,
      gross,
      ...functionPart(changes[frame.change]),
    );
  }

  function functionButton(index: number): PageElement {
    const change = changes[index]!;
    const direction = (change.difference ?? 0) < 0 ? 'less' : 'more';
    const button = make(
      'button',
      direction,
      make('b', '', words.signedMicros(change.difference)),
      ` ${change.name} `,
      make('small', '', change.place),
    );
    button.addEventListener('click', () => needs.onFunction(index));
    return make('li', '', button);
  }

  function showFunctions(): void {
    const different = changes.flatMap(({ verdict }, index) => (verdict === 'different' ? [index] : []));
    const unsure = changes.filter(({ verdict }) => verdict === 'unsure').length;
    const title = make('h2', '', 'What changed');
    title.id = 'panel-name';
    const parts = [title];
    if (different.length === 0) parts.push(make('p', '', 'No function differs by more than the noise.'));
    else parts.push(make('ol', 'functions', ...different.slice(0, longestList).map(functionButton)));
    if (different.length > longestList)
      parts.push(make('p', 'quiet', `and ${different.length - longestList} more.`));
    if (unsure > 0)
      parts.push(
        make('p', 'quiet', `${unsure} functions could not be decided; more runs could decide them.`),
      );
    parts.push(make('p', 'quiet', 'Click a frame for its numbers.'));
    container.replaceChildren(...parts);
  }

  return { showFrame, showFunctions };
}
