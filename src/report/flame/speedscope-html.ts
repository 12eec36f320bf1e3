// A flame graph page in speedscope's own viewer.
import type { SpeedscopeFile } from './speedscope.ts';
import { renderViewerPage, type ViewerAssets } from './viewer-page.ts';

/**
 * The viewer has no call to load data: it takes a pasted profile, so we paste. (Its own command line writes a
 * second file and points `#localProfilePath=` at it, which one page cannot do.) A plain Event carries the text in
 * every browser; a real ClipboardEvent does not let a script fill it everywhere. Its key `2` is
 * the merged graph, where names have room; time order is the key `1`.
 */
const PASTE_PROFILE = `
window.dispatchEvent(new KeyboardEvent('keypress', { key: '2' }));
const paste = new Event('paste');
paste.clipboardData = { getData: () => JSON.stringify(profileData) };
document.dispatchEvent(paste);`;

/** The page, from a file made by `toSpeedscope` and the viewer of speedscope (`readViewer`). */
export function renderSpeedscopeHtml(file: SpeedscopeFile, viewer: ViewerAssets): string {
  return renderViewerPage({ title: file.name, viewer, data: file, start: PASTE_PROFILE });
}
