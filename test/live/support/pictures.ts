// Pictures of pages that are the same on every machine: text is drawn as blocks, and two pictures are compared by the mean colours of
// small cells, so that what differs between versions of a browser (the edge of a curve) does not count. The browser does both.

import { blockFont } from './block-font.ts';
import type { ChromiumPage } from './chromium.ts';

const FONT = blockFont().toString('base64');

/** Of an open page: all its text becomes blocks. Fails where the browser does not take the font. */
export async function drawTextAsBlocks(page: ChromiumPage): Promise<void> {
  await page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob(${JSON.stringify(FONT)}), (letter) => letter.charCodeAt(0));
    document.fonts.add(await new FontFace('Blocks', bytes).load());
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { font-family: Blocks !important; font-synthesis: none !important; letter-spacing: 0 !important; } input { visibility: hidden; }');
    document.adoptedStyleSheets = [sheet];
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  })()`);
}

export interface Difference {
  /** "560 x 1,020" */
  sizes: [expected: string, seen: string];
  /** 0..1 of all cells. */
  share: number;
  /** Pixels: what all cells that differ lie in; null: none do. */
  within: { left: number; top: number; right: number; bottom: number } | null;
}

/** Side of a cell in pixels, and by how much a colour (0..255) may differ in it. */
const CELL = 3;
const LEAST_DIFFERENCE = 20;

/** Both are PNG in base64. The page is left empty. */
export async function comparePictures(
  page: ChromiumPage,
  expected: string,
  seen: string,
): Promise<Difference> {
  await page.open('about:blank');
  return page.evaluate<Difference>(`(async () => {
    const pixels = async (base64) => {
      const image = new Image();
      image.src = 'data:image/png;base64,' + base64;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      const context = canvas.getContext('2d', { willReadFrequently: true });
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, image.width, image.height);
    };
    const [a, b] = [await pixels(${JSON.stringify(expected)}), await pixels(${JSON.stringify(seen)})];
    const width = Math.min(a.width, b.width), height = Math.min(a.height, b.height);
    let cells = 0, differing = 0, within = null;
    for (let top = 0; top < height; top += ${CELL}) for (let left = 0; left < width; left += ${CELL}) {
      const right = Math.min(width, left + ${CELL}), bottom = Math.min(height, top + ${CELL});
      const sum = [0, 0, 0];
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) for (let c = 0; c < 3; c++)
        sum[c] += a.data[(y * a.width + x) * 4 + c] - b.data[(y * b.width + x) * 4 + c];
      cells += 1;
      const size = (right - left) * (bottom - top);
      if (!sum.some((each) => Math.abs(each) / size >= ${LEAST_DIFFERENCE})) continue;
      differing += 1;
      within = within ?? { left, top, right, bottom };
      within = { left: Math.min(within.left, left), top: within.top, right: Math.max(within.right, right), bottom };
    }
    return { sizes: [a.width + ' x ' + a.height, b.width + ' x ' + b.height], share: differing / Math.max(1, cells), within };
  })()`);
}
