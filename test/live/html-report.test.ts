// The HTML reports as people meet them: opened from disk in a real browser, dark and light, wide and narrow, by pointer and key.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderHtml } from '../../src/report/page/html.ts';
import type { PageReport } from '../../src/report/page/page-report.ts';
import { buildFinding, buildReport, buildRetainerPath, HOSTILE_NAME } from '../report/build-report.ts';
import { allReports, savedReport } from '../support/page-reports.ts';
import { watchReport } from '../support/page-reports-of-many.ts';
import { requires } from '../support/requires.ts';
import { type ChromiumPage, findChromium, startChromium } from './support/chromium.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const reports = await allReports();
const names = Object.keys(reports);

describe('an HTML report in Chromium', () => {
  requires('chromium');
  let folder: string;
  let page: ChromiumPage;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'culprit-page-'));
    const binary = findChromium();
    if (binary !== null) page = await startChromium(binary);
  });
  afterAll(async () => {
    await page?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Freshly opened from disk; what it asked for and complained of counts from here. Returns its address. */
  async function open(
    report: PageReport,
    { width = 1280, theme = 'light' as 'light' | 'dark' } = {},
  ): Promise<string> {
    const file = join(folder, 'report.html');
    writeFileSync(file, renderHtml(report));
    page.complaints.length = 0;
    page.requests.length = 0;
    await page.look(width, theme);
    const url = pathToFileURL(file).href;
    await page.open(url);
    // The flame graph is drawn in the next frame.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    return url;
  }

  const text = (selector: string) =>
    page.evaluate<string | null>(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? null`);
  const count = (selector: string) =>
    page.evaluate<number>(`document.querySelectorAll(${JSON.stringify(selector)}).length`);

  /** What axe finds wrong, with what it is about. */
  async function violations(): Promise<string[]> {
    await page.evaluate(`${AXE}; 0`);
    return page.evaluate<
      string[]
    >(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html, failureSummary }) => id + ': ' + html.slice(0, 160) + ' ' + failureSummary)))`);
  }

  describe.each(names)('%s', (name) => {
    test('opens without a complaint, asks for nothing but itself, and says the answer first', async () => {
      const url = await open(reports[name]!);
      expect(page.complaints).toEqual([]);
      expect(page.requests).toEqual([url]);
      const first = await page.evaluate<string>(`document.querySelector('main').firstElementChild.className`);
      expect(first).toMatch(/^head /);
      expect(await count('.figure')).toBe(3);
      expect(await text('h1')).not.toBe('');
    });

    test.each([
      [1280, 'light'],
      [1280, 'dark'],
      [375, 'dark'],
    ] as const)('%d px wide and %s, it is accessible', async (width, theme) => {
      await open(reports[name]!, { width, theme });
      expect(await violations()).toEqual([]);
    });

    test('375 px wide, nothing sticks out', async () => {
      await open(reports[name]!, { width: 375 });
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
    });
  });

  test('names from a target stay text, wherever they stand', async () => {
    const report = savedReport('leak');
    const path = buildRetainerPath();
    path.owner.name = HOSTILE_NAME;
    const hostile = buildFinding({ title: HOSTILE_NAME, advice: [HOSTILE_NAME], retainerPath: path });
    hostile.subject = { ...hostile.subject, name: HOSTILE_NAME, function: HOSTILE_NAME, file: HOSTILE_NAME };
    report.findings = [hostile];
    report.target.title = HOSTILE_NAME;
    for (const frame of report.pictures.flames[0]!.frames) frame.function = HOSTILE_NAME;
    for (const each of report.pictures.growth) each.name = HOSTILE_NAME;
    await open(report);
    expect(page.complaints).toEqual([]);
    expect(await count('img, iframe, body script[src], main script')).toBe(0);
    expect(await text('h1')).toContain('<script>alert(1)</script>');
  });

  test('what is not known stands on the first screen, with the command that would tell', async () => {
    const report = savedReport('leak');
    report.nextMeasurement = {
      unknown: 'Whether it goes on.',
      command: 'culprit diagnose 4242 --duration 5m',
    };
    await open(report);
    expect(await text('.head .next')).toBe('Not knownWhether it goes on.culprit diagnose 4242 --duration 5m');
    await open(savedReport('leak'));
    expect(await count('.next')).toBe(0);
  });

  test('that a target could not be restored is said before anything else', async () => {
    const report = savedReport('leak');
    report.capture.restored = false;
    await open(report);
    expect(await text('h1 + p')).toBe('The target could NOT be restored: see the warnings.');
  });

  test('evidence of a watch links to files beside the page, and nowhere else', async () => {
    const report = watchReport();
    const hrefs =
      'JSON.stringify([...document.querySelectorAll("#evidence a")].map((link) => link.getAttribute("href")))';
    await open(report);
    const { name, files } = report.evidence[0]!;
    expect(JSON.parse(await page.evaluate<string>(hrefs))).toEqual(
      files.map((file) => `./evidence/${name}/${file.name}`),
    );
    for (const href of [
      'javascript:alert(1)',
      'https://example.com/',
      '//example.com',
      './a b',
      './x:javascript',
    ])
      report.evidence[0]!.files.push({ name: 'hostile', href });
    await open(report);
    expect(JSON.parse(await page.evaluate<string>(hrefs))).toHaveLength(files.length - 5);
    expect(await text('#evidence .files')).toContain('hostile');
  });

  test('a long look with 200 findings is drawn whole', async () => {
    const report = savedReport('pool');
    const [finding] = report.findings;
    report.findings = Array.from({ length: 200 }, (_, i) => ({ ...finding!, rank: i + 1 }));
    await open(report);
    expect(page.complaints).toEqual([]);
    expect(await count('.finding')).toBe(200);
  });

  describe('the timeline', () => {
    const readout = () => text('.panel .readout');

    test('tells the values of the moment that the pointer or a key is at', async () => {
      await open(savedReport('leak'));
      const atEnd = await readout();
      await page.click('.axis input');
      expect(await readout()).not.toBe(atEnd);
      expect(await text('.moment')).toMatch(/^at /);
      const before = await text('.moment');
      for (let i = 0; i < 30; i++) await page.press('ArrowRight');
      expect(await text('.moment')).not.toBe(before);
      const spoken = `document.querySelector('.axis input').getAttribute('aria-valuetext')`;
      expect(await page.evaluate<string>(spoken)).toMatch(/^at .* Heap, in use: /);
    });

    test('has our own stalls in every panel, and the blocks that a finding rests on marked', async () => {
      await open(savedReport('block'));
      expect(await count('rect.own-stall')).toBeGreaterThan(8);
      expect(await count('rect.block.named')).toBe(24);
    });

    test('draws in the colours of its curves, where they belong', async () => {
      await open(savedReport('leak'));
      const rising = `(() => {
        const path = document.querySelector('.panel .curve.dots');
        const ys = path.getAttribute('d').split('M').filter(Boolean).map((part) => parseFloat(part.split(' ')[1]));
        return [ys.length > 5, ys[0] > ys[ys.length - 1], getComputedStyle(path).stroke];
      })()`;
      expect(await page.evaluate(rising)).toEqual([true, true, 'rgb(194, 65, 12)']);
    });
  });

  describe('the flame graph', () => {
    const focused = () => page.evaluate<string>(`document.activeElement.getAttribute('aria-label') ?? ''`);

    test('leaves idle out until it is asked for', async () => {
      await open(savedReport('healthy'));
      expect(await count('.frame.idle')).toBe(0);
      await page.click('.idle-toggle');
      expect(await count('.frame.idle')).toBe(1);
      await page.click('.idle-toggle');
      expect(await count('.frame.idle')).toBe(0);
    });

    test('jumps to the frames of the finding, and zooms out by Escape', async () => {
      await open(savedReport('block'));
      await page.click('.tools button:last-child');
      expect(await focused()).toMatch(/^deriveKey \(src\/passwords\.ts:8\): /);
      await page.press('Escape');
      expect(await focused()).toMatch(/^verifyPassword /);
    });

    test('is walked by keys', async () => {
      await open(savedReport('block'));
      await page.evaluate(`document.querySelector('.frame').focus()`);
      await page.press('ArrowDown');
      expect(await focused()).toMatch(/^processTicksAndRejections /);
      await page.press('ArrowUp');
      expect(await focused()).toMatch(/^main: /);
    });

    test('finds by name', async () => {
      await open(savedReport('block'));
      await page.click('.tools input');
      await page.type('passwords.ts');
      expect(await count('.frame.found')).toBeGreaterThan(1);
    });
  });

  test('the whole is copied as Markdown, or shown to be copied', async () => {
    await open(savedReport('leak'));
    await page.click('#copy');
    await page.evaluate('new Promise((done) => setTimeout(done))');
    expect(await text('.copied')).toMatch(/^(Copied|Select and copy)/);
  });

  test('dark and light can be chosen', async () => {
    await open(savedReport('leak'));
    const color = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const light = await color();
    await page.click('#theme');
    const dark = await color();
    expect(dark).not.toBe(light);
    await page.click('#theme');
    expect(await color()).toBe(light);
  });

  test('on paper everything is unfolded', async () => {
    await open(reports.audit!);
    const folded = () => count('details:not([open])');
    expect(await folded()).toBeGreaterThan(3);
    await page.evaluate(`window.dispatchEvent(new Event('beforeprint'))`);
    expect(await folded()).toBe(0);
    await page.evaluate(`window.dispatchEvent(new Event('afterprint'))`);
    expect(await folded()).toBeGreaterThan(3);
  });

  test('a report without pictures is a page, too', async () => {
    await open(buildReport());
    expect(page.complaints).toEqual([]);
    expect(await count('.timeline, .flame')).toBe(0);
  });
});
