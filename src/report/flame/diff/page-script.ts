// The page's own code as text: its parts are functions of ours, checked and tested here, that are each whole by
// themselves.
import { createDiffColors } from './colors.ts';
import { createDiffGraph } from './graph.ts';
import { createDiffLayout } from './layout.ts';
import { type PageParts, startDiffPage } from './page.ts';
import { createDiffPanel } from './panel.ts';
import { createDiffSearch } from './search.ts';
import { createDiffTables } from './tables.ts';
import { createDiffWords } from './words.ts';

/** A script that draws what it finds as JSON in the element `diff`. */
export function diffPageScript(): string {
  const parts: PageParts = {
    createDiffLayout,
    createDiffWords,
    createDiffColors,
    createDiffGraph,
    createDiffTables,
    createDiffPanel,
    createDiffSearch,
  };
  const texts = Object.entries(parts).map(([name, part]) => `${name}: ${part.toString()}`);
  const data = `JSON.parse(document.getElementById('diff').textContent)`;
  return `'use strict';\n(${startDiffPage.toString()})(window, ${data}, {${texts.join(',\n')}});`;
}
