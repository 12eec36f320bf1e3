// The differential flame graph as people meet it: opened from disk in a real browser, clicked, searched, walked by key.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DiffNode } from '../../src/model/comparison/comparison.ts';
import type { DiffFlame } from '../../src/report/flame/diff/page-data.ts';
import { renderDiffFlameHtml } from '../../src/report/flame/diff-html.ts';
import { HOSTILE_NAME } from '../report/build-report.ts';
import {
  buildDiffFlame,
  buildDiffNodes,
  buildFunctionChange,
  buildSearchDiff,
} from '../support/build-diff.ts';
import { requires } from '../support/requires.ts';
import { type ChromiumPage, findChromium, startChromium } from './support/chromium.ts';
import { until } from './support/wait.ts';

describe('a differential flame graph in Chromium', () => {
  requires('chromium');
  let folder: string;
  let page: ChromiumPage;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'culprit-diff-'));
    const binary = findChromium();
    if (binary !== null) page = await startChromium(binary);
  });
  afterAll(async () => {
    await page?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The page of a comparison, freshly opened from disk; what it asked for and complained of counts from here. */
  async function open(flame: DiffFlame): Promise<string> {
    const file = join(folder, 'diff.html');
    writeFileSync(file, renderDiffFlameHtml(flame));
    page.complaints.length = 0;
    page.requests.length = 0;
    const url = pathToFileURL(file).href;
    await page.open(url);
    return url;
  }

  const text = (selector: string) =>
    page.evaluate<string | null>(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? null`);
  const number = (name: string) => text(`#panel [data-number="${name}"]`);
  const isTrue = (expression: string) => page.evaluate<boolean>(`Boolean(${expression})`);
  const frameCount = () => page.evaluate<number>(`document.querySelectorAll('#graph .frame').length`);
  /** Of the graph's width, in percent; null: not drawn. */
  const widthOf = (node: number) =>
    page.evaluate<number | null>(`(() => {
      const frame = document.querySelector('#graph [data-node="${node}"]');
      return frame && Math.round(100 * parseFloat(frame.style.width) / document.getElementById('graph').clientWidth);
    })()`);
  const nodeOf = (flame: DiffFlame, name: string) => flame.nodes.findIndex((node) => node.function === name);
  const current = () => page.evaluate<number>(`Number(document.activeElement.dataset.node ?? -1)`);

  const flame = buildSearchDiff();
  const [rank, parse, search, handle] = ['rank', 'parse', 'search', 'handle'].map((name) =>
    nodeOf(flame, name),
  );

  test('opens without a complaint and asks for nothing but itself', async () => {
    const url = await open(flame);
    expect(await frameCount()).toBeGreaterThan(8);
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([url]);
    expect(await text('#summary')).toContain('(+25.7 µs, +4.79 %). 2 functions differ');
  });

  test('shows red for more and blue for less with a sign, and grey for noise', async () => {
    await open(flame);
    const look = (node: number) =>
      page.evaluate<string[]>(`(() => {
        const frame = document.querySelector('[data-node="${node}"]');
        return [frame.textContent, frame.style.background];
      })()`);
    expect(await look(rank!)).toEqual(['+40 µs rank', 'rgb(178, 24, 43)']);
    expect((await look(parse!))[0]).toBe('−22 µs parse');
    const [red, , blue] = (await look(parse!))[1]!.match(/\d+/g)!.map(Number);
    expect(blue!).toBeGreaterThan(red!);
    expect(await look(search!)).toEqual(['search', 'rgb(220, 220, 220)']);
  });

  test('a click shows the numbers of the frame and of its function, and zooms in', async () => {
    await open(flame);
    await page.click(`[data-node="${rank}"]`);
    expect(await text('#panel-name')).toBe('rank');
    expect(await number('place')).toBe('src/search.js:12');
    expect(await number('self-base')).toBe('100 µs');
    expect(await number('self-head')).toBe('140 µs');
    expect(await number('self-difference')).toBe('+40 µs');
    expect(await number('total-base')).toBe('160 µs');
    expect(await number('total-head')).toBe('201 µs');
    expect(await number('gross')).toBe('41 µs');
    expect(await number('function-self-difference')).toBe('+45 µs');
    expect(await number('interval')).toBe('+40.5 µs to +49.5 µs');
    expect(await number('share')).toBe('+8.38 % (+7.54 % to +9.22 %)');
    expect(await number('verdict')).toBe('different');
    expect(await number('moved-with')).toBe('compare');
    expect(await number('allocation-difference')).toBe('+2 KB');
    expect(await widthOf(rank!)).toBe(100);
    expect(await widthOf(parse!)).toBeNull();
  });

  test('zooms out by Escape, by the button, by a click on a caller, and by reset', async () => {
    await open(flame);
    const before = await widthOf(rank!);
    await page.click(`[data-node="${search}"]`);
    await page.click(`[data-node="${rank}"]`);
    await page.press('Escape');
    expect(await text('#panel-name')).toBe('search');
    await page.click('#out');
    expect(await widthOf(rank!)).toBe(before);
    expect(await text('#panel-name')).toBe('What changed');
    await page.click(`[data-node="${rank}"]`);
    await page.click(`[data-node="${handle}"]`);
    expect(await widthOf(parse!)).not.toBeNull();
    await page.click('#reset');
    expect(await widthOf(0)).toBe(100);
    expect(await widthOf(rank!)).toBe(before);
    expect(await isTrue(`document.getElementById('out').disabled`)).toBe(true);
  });

  test('switches to the time of either side', async () => {
    await open(flame);
    const widths = async () => [await widthOf(rank!), await widthOf(parse!)];
    expect(await widths()).toEqual([56, 30]);
    await page.click('#view-head');
    expect(await widths()).toEqual([36, 4]);
    await page.click('#view-base');
    expect(await widths()).toEqual([30, 8]);
    await page.click('#view-significant');
    expect(await widths()).toEqual([60, 33]);
    expect(page.complaints).toEqual([]);
  });

  test('finds by name, file or package, counts, and goes to the widest by Enter', async () => {
    await open(flame);
    await page.click('#search');
    await page.type('SEARCH.JS');
    const found = () =>
      page.evaluate<string[]>(
        `[...document.querySelectorAll('.found')].map((f) => f.title.split(' ')[0]).sort()`,
      );
    expect(await found()).toEqual(['compare', 'rank', 'rank', 'search']);
    expect(await text('#found')).toBe('4 frames, self 192 µs to 239 µs (+46.6 µs)');
    await page.press('Enter');
    expect(await text('#panel-name')).toBe('search');
    await page.press('Escape');
    expect(await found()).toEqual([]);
    expect(await text('#panel-name')).toBe('search');
    await page.type('nothing like it');
    expect(await text('#found')).toBe('nothing found');
  });

  test('is walked with the keyboard alone', async () => {
    await open(flame);
    for (let stops = 0; stops < 10 && (await current()) < 0; stops++) await page.press('Tab');
    expect(await current()).toBe(0);
    for (let steps = 0; steps < 4; steps++) await page.press('ArrowDown');
    expect(await current()).toBe(rank);
    await page.press('ArrowUp');
    await page.press('ArrowRight');
    expect(await current()).toBe(parse);
    await page.press('Enter');
    expect(await text('#panel-name')).toBe('parse');
    expect(await widthOf(parse!)).toBe(100);
    expect(await current()).toBe(parse);
    await page.press('Escape');
    expect(await widthOf(0)).toBe(100);
    expect(await current()).toBe(parse);
    await page.press('ArrowLeft');
    expect(await current()).toBe(search);
  });

  test('leads from the list of what changed to the widest frame of a function', async () => {
    await open(flame);
    expect(await text('#panel .functions li')).toBe('+45 µs rank src/search.js:12');
    await page.click('#panel .functions button');
    expect(await text('#panel-name')).toBe('rank');
    expect(await number('self-difference')).toBe('+40 µs');
  });

  test('leads to a function that is gone on head even where widths are the time of head', async () => {
    const nodes = buildDiffNodes(
      [
        ['serve@/app/a.js:1', 10, 10],
        ['old@/app/a.js:9', 5, 0],
      ],
      ['old'],
    );
    const named = { function: 'old', file: 'a.js', line: 9, base: 5, head: 0, difference: -5 };
    const gone = buildFunctionChange({ ...named, presence: 'gone', direction: 'better' });
    await open(buildDiffFlame({ nodes, functions: [gone] }));
    await page.click('#view-head');
    await page.click('#panel .functions button');
    expect(await text('#panel-name')).toBe('old');
    expect(await number('verdict')).toBe('only on base');
    expect(await widthOf(nodes.findIndex((node) => node.function === 'old'))).toBe(100);
  });

  test('of the many callers of a deep frame the nearest are shown, and one that leads out', async () => {
    const stack = Array.from({ length: 60 }, (_, depth) => `f${depth}@/app/a.js:${depth + 1}`);
    const deep = buildDiffFlame({ nodes: buildDiffNodes([[stack.join(' > '), 10, 20]], ['f59']) });
    await open(deep);
    expect(await frameCount()).toBe(61);
    await page.click('[data-node="60"]');
    const texts = () =>
      page.evaluate<string[]>(`[...document.querySelectorAll('.frame')].map((f) => f.textContent)`);
    expect(await texts()).toEqual(['f55, and 56 more above', 'f56', 'f57', 'f58', '+10 µs f59']);
    await page.click('[data-node="56"]');
    expect((await texts())[0]).toBe('f51, and 52 more above');
    expect(await number('total-difference')).toBe('+10 µs');
  });

  test('a hostile name is text: it does not run, and it is in the panel', async () => {
    const [root] = buildDiffNodes([]);
    const names = { function: HOSTILE_NAME, file: HOSTILE_NAME, package: HOSTILE_NAME };
    const nodes = [root!, { ...root!, ...names, parent: 0, headSelf: 5, headTotal: 5, isSignificant: true }];
    const functions = [buildFunctionChange({ ...names, movedWith: [HOSTILE_NAME] })];
    const url = await open(buildDiffFlame({ title: HOSTILE_NAME, nodes, functions }));
    expect(await text('#panel .functions')).toContain('<img src=x onerror=alert(2)>');
    await page.click('[data-node="1"]');
    expect(await text('#panel-name')).toContain('</script><script>alert(1)</script>');
    expect(await number('moved-with')).toContain('<script>alert(1)');
    expect(await page.evaluate<number>(`document.querySelectorAll('img').length`)).toBe(0);
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([url]);
  });

  test('where nothing changed it says so and shows the time of head', async () => {
    const nodes = buildDiffNodes([['serve@/app/a.js:1', 10, 10.5]]);
    await open(buildDiffFlame({ nodes }));
    expect(await text('#unchanged')).toContain('Nothing changed');
    expect(await isTrue(`document.getElementById('view-head').checked`)).toBe(true);
    expect(await frameCount()).toBe(2);
  });

  test('says that there is nothing to draw', async () => {
    await open(buildDiffFlame());
    expect(await text('#empty')).toBe('There is no CPU profile to draw.');
    expect(await isTrue(`!document.getElementById('empty').hidden`)).toBe(true);
    expect(page.complaints).toEqual([]);
  });

  test('draws of fifty thousand frames those that can be seen', async () => {
    const [root] = buildDiffNodes([]);
    const nodes: DiffNode[] = Array.from({ length: 50_000 }, (_, index) => ({
      ...root!,
      function: `f${index % 3_000}`,
      parent: index === 0 ? -1 : Math.floor((index - 1) / 4),
      baseSelf: 1,
      headSelf: 1 + (index % 7),
    }));
    await open(buildDiffFlame({ nodes }));
    expect(await frameCount()).toBeGreaterThan(100);
    expect(await frameCount()).toBeLessThan(20_000);
    await page.click('[data-node="20"]');
    await until('the frame has the whole width', async () => (await widthOf(20)) === 100);
    expect(page.complaints).toEqual([]);
  });
});
