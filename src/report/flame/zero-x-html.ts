// A flame graph page in 0x's viewer. 0x builds its page for an empty profile; its viewer is kept, and is given our
// own call tree: 0x hides every frame that does not end in `.js:<line>`, and knows neither source maps nor threads.
import { escapeControls } from '../escape.ts';
import type { Drawable } from './drawable.ts';
import { renderViewerPage, type ViewerAssets } from './viewer-page.ts';
import { toZeroXTree } from './zero-x-tree.ts';

const DRAW_TREE = `
document.body.className = 'm0 background sans-serif overflow-hidden';
visualizer({ merged: profileData.tree, unmerged: profileData.tree }, profileData.options);`;

/** The page, from decoded profiles and the viewer of 0x (`readViewer`). Time in which V8 was idle is left out. */
export function renderZeroXHtml(profiles: readonly Drawable[], name: string, viewer: ViewerAssets): string {
  const title = escapeControls(name);
  return renderViewerPage({
    title,
    viewer,
    data: { tree: toZeroXTree(profiles), options: { title, visualizeCpuProfile: 'culprit' } },
    start: DRAW_TREE,
  });
}
