// A flame graph page in 0x's viewer. 0x builds its page for an empty profile; its viewer is kept, and is given our
// own call tree: 0x hides every frame that does not end in `.js:<line>`, and knows neither source maps nor threads.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { escapeControls } from '../escape.ts';
import type { Drawable } from './drawable.ts';
import { renderViewerPage, type ViewerAssets } from './viewer-page.ts';
import { toZeroXTree } from './zero-x-tree.ts';

const DRAW_TREE = `
document.body.className = 'm0 background sans-serif overflow-hidden';
visualizer({ merged: profileData.tree, unmerged: profileData.tree }, profileData.options);`;

/** The page, from decoded profiles and a viewer read by `loadZeroXViewer`. Time in which V8 was idle is left out. */
export function renderZeroXHtml(profiles: readonly Drawable[], name: string, viewer: ViewerAssets): string {
  const title = escapeControls(name);
  return renderViewerPage({
    title,
    viewer,
    data: { tree: toZeroXTree(profiles), options: { title, visualizeCpuProfile: 'culprit' } },
    start: DRAW_TREE,
  });
}

const EMPTY_PROFILE = {
  nodes: [
    { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1 }, hitCount: 0, children: [] },
  ],
};

/** Runs the installed `0x` once (about a second, in a temporary folder) and takes the viewer out of its page. */
export async function loadZeroXViewer(): Promise<ViewerAssets> {
  const load = createRequire(import.meta.url);
  const root = dirname(load.resolve('0x/package.json'));
  const folder = await mkdtemp(join(tmpdir(), 'culprit-0x-'));
  try {
    const profilePath = join(folder, 'empty.cpuprofile');
    const pagePath = join(folder, 'page.html');
    await writeFile(profilePath, JSON.stringify(EMPTY_PROFILE));
    const zeroX: (options: object) => Promise<unknown> = load('0x');
    await zeroX({ visualizeCpuProfile: profilePath, outputHtml: pagePath, workingDir: folder });
    const license = await readFile(join(root, 'LICENSE.md'), 'utf8');
    return {
      name: `0x ${load('0x/package.json').version}`,
      license,
      ...splitPage(await readFile(pagePath, 'utf8')),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The page ends in `visualizer(<data>)`, which is cut off: we call it ourselves. */
function splitPage(page: string): Pick<ViewerAssets, 'styles' | 'script'> {
  const start = page.indexOf('<script>') + '<script>'.length;
  const end = page.lastIndexOf('visualizer({"merged"');
  if (end < start) throw new Error('0x wrote a page of an unknown form');
  const styles = [...page.slice(0, start).matchAll(/<style>([\s\S]*?)<\/style>/g)].map(
    (match) => match[1] ?? '',
  );
  return { styles, script: page.slice(start, end) };
}
