// A flame graph page in speedscope's own viewer, read from the installed package when it is asked for.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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

/** The page, from a file made by `toSpeedscope` and a viewer read by `loadSpeedscopeViewer`. */
export function renderSpeedscopeHtml(file: SpeedscopeFile, viewer: ViewerAssets): string {
  return renderViewerPage({ title: file.name, viewer, data: file, start: PASTE_PROFILE });
}

/** Reads script, style and font of the installed `speedscope`; throws when the package is missing or incomplete. */
export async function loadSpeedscopeViewer(): Promise<ViewerAssets> {
  const root = dirname(createRequire(import.meta.url).resolve('speedscope/package.json'));
  const release = join(root, 'dist', 'release');
  const read = (name: string) => readFile(join(release, name), 'utf8');
  const index = await read('index.html');
  const [script, style, license, fontLicense, packageJson] = await Promise.all([
    read(findAsset(index, /<script src="([^"]+\.js)"/)),
    read(findAsset(index, /<link rel="stylesheet" href="([^"]+\.css)"/)),
    readFile(join(root, 'LICENSE'), 'utf8'),
    read('source-code-pro.LICENSE.md'),
    readFile(join(root, 'package.json'), 'utf8'),
  ]);
  return {
    name: `speedscope ${JSON.parse(packageJson).version}`,
    license: `${license}\n${fontLicense}`,
    styles: [await inlineFont(style, release)],
    script,
  };
}

/** Asset names carry a hash that changes with every release, so they are read from the package's own page. */
function findAsset(index: string, pattern: RegExp): string {
  const name = pattern.exec(index)?.[1];
  if (name === undefined) throw new Error(`speedscope's index.html holds no asset like ${pattern}`);
  return name;
}

async function inlineFont(style: string, release: string): Promise<string> {
  const withoutMap = style.replace(/\/\*# sourceMappingURL=[^*]*\*\//g, '');
  const url = /url\("\.\/([^"]+\.woff2)"\)/.exec(withoutMap);
  if (url?.[1] === undefined) return withoutMap;
  const font = await readFile(join(release, url[1]), 'base64');
  return withoutMap.replace(url[0], () => `url("data:font/woff2;base64,${font}")`);
}
