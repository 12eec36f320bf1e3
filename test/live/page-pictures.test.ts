// HTML reports look as they did when somebody looked at them: pictures of whole pages, wide and light, narrow and dark, are compared
// with those in test/golden/pictures. Letters are blocks in them (support/pictures.ts), because fonts differ between machines.
// After a change that was looked at: CULPRIT_PICTURES=write npx vitest run --project live test/live/page-pictures.test.ts
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderHtml } from '../../src/report/page/html.ts';
import { allReports } from '../support/page-reports.ts';
import { requires } from '../support/requires.ts';
import { type ChromiumPage, findChromium, startChromium } from './support/chromium.ts';
import { comparePictures, drawTextAsBlocks } from './support/pictures.ts';

const GOLDEN = join(import.meta.dirname, '../golden/pictures');
const ARE_WRITTEN = process.env.CULPRIT_PICTURES === 'write';
/** Pictures are small: they lie in the repository. */
const SCALE = 0.25;
/** Of the cells of a picture. A word more or less is above it. */
const MOST_DIFFERING = 0.0015;

const reports = await allReports();
const NAMES = ['leak', 'block', 'pool', 'healthy', 'comparison', 'triage', 'watch'];

describe('an HTML report looks as it did:', () => {
  requires('chromium');
  let folder: string;
  let page: ChromiumPage;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'culprit-pictures-'));
    const binary = findChromium();
    if (binary !== null) page = await startChromium(binary);
  });
  afterAll(async () => {
    await page?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  async function take(name: string, width: number, theme: 'light' | 'dark'): Promise<string> {
    const file = join(folder, 'report.html');
    writeFileSync(file, renderHtml(reports[name]!));
    await page.look(width, theme);
    await page.open(pathToFileURL(file).href);
    await drawTextAsBlocks(page);
    return page.picture(SCALE);
  }

  describe.each(NAMES)('%s', (name) => {
    test.each([
      [1280, 'light'],
      [375, 'dark'],
    ] as const)('%d px wide, %s', async (width, theme) => {
      const seen = await take(name, width, theme);
      const golden = join(GOLDEN, `${name}-${width}-${theme}.png`);
      if (ARE_WRITTEN) {
        mkdirSync(GOLDEN, { recursive: true });
        writeFileSync(golden, Buffer.from(seen, 'base64'));
        return;
      }
      expect(existsSync(golden), `${golden} is there`).toBe(true);
      const difference = await comparePictures(page, readFileSync(golden).toString('base64'), seen);
      const { sizes, share, within } = difference;
      const [expected, got] = sizes;
      if (share > MOST_DIFFERING || expected !== got) {
        const file = join(tmpdir(), `culprit-${name}-${width}-${theme}.png`);
        writeFileSync(file, Buffer.from(seen, 'base64'));
        expect.fail(
          `${(share * 100).toFixed(2)}% of it differs, within ${JSON.stringify(within)}; ${expected} is now ${got}. Look at ${file}.`,
        );
      }
    });
  });

  test('a change that people would see is seen', async () => {
    const before = await take('leak', 1280, 'light');
    const report = structuredClone(reports.leak!);
    if (!('findings' in report)) throw new Error('leak is a diagnosis');
    report.findings[0]!.title = `Array ${report.findings[0]!.title}`;
    writeFileSync(join(folder, 'changed.html'), renderHtml(report));
    await page.open(pathToFileURL(join(folder, 'changed.html')).href);
    await drawTextAsBlocks(page);
    const { share } = await comparePictures(page, before, await page.picture(SCALE));
    expect(share).toBeGreaterThan(MOST_DIFFERING);
  });
});
