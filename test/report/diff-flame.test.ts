import { describe, expect, test } from 'vitest';
import { createDiffColors } from '../../src/report/flame/diff/colors.ts';
import { createDiffLayout, type DiffView } from '../../src/report/flame/diff/layout.ts';
import { toPageData } from '../../src/report/flame/diff/page-data.ts';
import { diffPageScript } from '../../src/report/flame/diff/page-script.ts';
import { createDiffWords } from '../../src/report/flame/diff/words.ts';
import { renderDiffFlameHtml } from '../../src/report/flame/diff-html.ts';
import { hashSource } from '../../src/report/flame/inline-script.ts';
import {
  buildDiffFlame,
  buildDiffNodes,
  buildFunctionChange,
  buildSearchDiff,
  buildSide,
  type DiffSlice,
} from '../support/build-diff.ts';
import { HOSTILE_NAME } from './build-report.ts';

/** Rows of "name left..right" in percent. */
function drawn(slices: readonly DiffSlice[], view: DiffView, focusOn = '(root)', narrowest = 0): string[] {
  const nodes = buildDiffNodes(slices);
  const { tree } = toPageData(buildDiffFlame({ nodes }));
  const focus = nodes.findIndex((node) => node.function === focusOn);
  return createDiffLayout(tree)
    .rectangles(view, focus, narrowest)
    .map(({ node, depth, left, width }) => {
      const percent = (part: number) => Math.round(part * 100);
      return `${'  '.repeat(depth)}${nodes[node]!.function} ${percent(left)}..${percent(left + width)}`;
    });
}

describe('frames lie', () => {
  const slices: DiffSlice[] = [
    ['serve > read', 10, 40],
    ['serve > write', 40, 10],
    ['serve', 20, 60],
    ['idle', 30, 30],
  ];

  test('as wide as the gross change under them, so that a rise and a fall do not cancel', () => {
    expect(drawn(slices, 'change')).toEqual([
      '(root) 0..100',
      '  serve 0..100',
      '    read 0..30',
      '    write 30..60',
    ]);
  });

  test('as wide as the time of one side, in the same order', () => {
    expect(drawn(slices, 'head')).toEqual([
      '(root) 0..100',
      '  serve 0..79',
      '    read 0..29',
      '    write 29..36',
      '  idle 79..100',
    ]);
    expect(drawn(slices, 'base')).toEqual([
      '(root) 0..100',
      '  serve 0..70',
      '    read 0..10',
      '    write 10..50',
      '  idle 70..100',
    ]);
  });

  test('as wide as what changed by more than the noise, when only that counts', () => {
    const { nodes } = buildSearchDiff();
    const layout = createDiffLayout(toPageData(buildDiffFlame({ nodes })).tree);
    const names = layout.rectangles('significant', 0, 0).map(({ node }) => nodes[node]!.function);
    expect(layout.weights('significant')[0]).toBe(40 + 5 + 22);
    expect(names).toEqual([
      '(root)',
      'processTicksAndRejections',
      'handle',
      'search',
      'rank',
      'parse',
      'suggest',
      'rank',
    ]);
  });

  test('over the whole width when in focus, with their callers above', () => {
    expect(drawn(slices, 'head', 'read')).toEqual(['(root) 0..100', '  serve 0..100', '    read 0..100']);
  });

  test('nowhere when they are too narrow to see, nor does what they called', () => {
    const narrow: DiffSlice[] = [
      ['wide', 0, 99.9],
      ['narrow > below', 0, 0.1],
    ];
    expect(drawn(narrow, 'change', '(root)', 0.01)).toEqual(['(root) 0..100', '  wide 0..100']);
  });

  test('nowhere when nothing is there', () => {
    expect(drawn([['serve', 10, 10]], 'change')).toEqual([]);
    expect(createDiffLayout(toPageData(buildDiffFlame()).tree).rectangles('head', 0, 0)).toEqual([]);
  });

  test('inside their callers, whatever the tree', () => {
    const nodes = buildSearchDiff().nodes;
    const { tree } = toPageData(buildDiffFlame({ nodes }));
    for (const view of ['change', 'significant', 'head', 'base'] as const) {
      const all = new Map(
        createDiffLayout(tree)
          .rectangles(view, 0, 0)
          .map((at) => [at.node, at]),
      );
      for (const { node, left, width } of all.values()) {
        const caller = all.get(tree.parent[node]!);
        if (!caller) continue;
        expect(left).toBeGreaterThanOrEqual(caller.left - 1e-9);
        expect(left + width).toBeLessThanOrEqual(caller.left + caller.width + 1e-9);
      }
    }
  });

  test('in a tree of a hundred thousand, of which only those wide enough are drawn', () => {
    const root = buildDiffNodes([])[0]!;
    const deep = Array.from({ length: 100_000 }, (_, index) => ({
      ...root,
      parent: index === 0 ? -1 : (index - 1) >> 1,
      headSelf: 1,
      baseSelf: 2,
    }));
    const layout = createDiffLayout(toPageData(buildDiffFlame({ nodes: deep })).tree);
    expect(layout.rectangles('change', 0, 0.3 / 1_000).length).toBeLessThan(100_000 / 10);
    expect(layout.weights('change')[0]).toBe(100_000);
  });
});

describe('colours', () => {
  const colorOf = createDiffColors(100);

  test('are red for more, blue for less, stronger for larger', () => {
    expect(colorOf(100, true).background).toBe('rgb(178, 24, 43)');
    expect(colorOf(-100, true).background).toBe('rgb(33, 102, 172)');
    expect(colorOf(1, true).background).toBe('rgb(246, 200, 183)');
  });

  test('are grey within the noise, however large', () => {
    const grey = colorOf(0, true);
    expect(colorOf(90, false)).toEqual(grey);
    expect(createDiffColors(0)(5, true)).toEqual(grey);
  });
});

describe('numbers', () => {
  const words = createDiffWords();

  test('have three digits that count, and a unit that fits', () => {
    expect([0, 0.0004, 0.12345, 7, 12.34, 999, 1_234, 2_500_000].map(words.micros)).toEqual([
      '0 µs',
      '0 µs',
      '0.123 µs',
      '7 µs',
      '12.3 µs',
      '999 µs',
      '1.23 ms',
      '2.5 s',
    ]);
  });

  test('carry their sign, and say when they are unknown', () => {
    expect(words.signedMicros(-4.5)).toBe('−4.5 µs');
    expect(words.signedMicros(0)).toBe('0 µs');
    expect(words.signedMicros(null)).toBe('unknown');
    expect(words.signedBytes(2_048)).toBe('+2 KB');
    expect(words.interval(-0.012, 0.1, words.signedPercent)).toBe('−1.2 % to +10 %');
    expect(words.interval(null, 1, words.signedMicros)).toBe('unknown');
  });
});

describe('the data of the page', () => {
  test('joins a frame with the comparison of its function: by name, file and package, on the nearest line', () => {
    const nodes = buildDiffNodes([
      ['(anonymous)@/app/a.js:1', 1, 2],
      ['(anonymous)@/app/a.js:91', 1, 2],
      ['(anonymous)@/app/b.js:1', 1, 2],
    ]);
    const at = (line: number) => buildFunctionChange({ function: '(anonymous)', file: 'a.js', line });
    const data = toPageData(buildDiffFlame({ nodes, functions: [at(90), at(3)] }));
    expect(data.frames.map(({ place, change }) => [place, change])).toEqual([
      ['', -1],
      ['a.js:1', 1],
      ['a.js:91', 0],
      ['b.js:1', -1],
    ]);
  });

  test('survives parents that are none and numbers that are none', () => {
    const [root] = buildDiffNodes([]);
    const nodes = [
      { ...root!, parent: 7 },
      { ...root!, parent: 5, headSelf: Number.NaN, baseSelf: -1 },
    ];
    const { tree } = toPageData(buildDiffFlame({ nodes }));
    expect(tree.parent).toEqual([-1, 0]);
    expect([tree.headSelf[1], tree.baseSelf[1]]).toEqual([0, 0]);
  });
});

describe('the page', () => {
  const hostile = buildDiffFlame({
    title: HOSTILE_NAME,
    base: buildSide({ label: HOSTILE_NAME, nodeVersions: [HOSTILE_NAME] }),
    nodes: [
      ...buildDiffNodes([]),
      {
        ...buildDiffNodes([])[0]!,
        parent: 0,
        function: HOSTILE_NAME,
        file: HOSTILE_NAME,
        package: HOSTILE_NAME,
      },
      { ...buildDiffNodes([])[0]!, parent: 0, function: 'x'.repeat(1 << 20), headSelf: 1 },
    ],
    functions: [buildFunctionChange({ function: HOSTILE_NAME, movedWith: [HOSTILE_NAME] })],
  });

  test('keeps hostile names as bounded text', () => {
    const html = renderDiffFlameHtml(hostile);
    expect(html.match(/<script>alert|<img src=x|[\x1b\u202e]/gu)).toBeNull();
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html.length).toBeLessThan(60_000);
  });

  test('allows the browser one script and one style, by hash, and nothing else', () => {
    const html = renderDiffFlameHtml(buildSearchDiff());
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    const script = /<script>([\s\S]*?)<\/script>/.exec(html)![1]!;
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    expect(policy).toBe(
      `default-src 'none'; script-src ${hashSource(script)}; style-src ${hashSource(style)}; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(html).not.toMatch(/\s(src|href)\s*=\s*(?!"data:)|url\(|@import|sourceMappingURL|\son[a-z]+=/);
  });

  test('has a script that parses by itself and knows no module', () => {
    const script = diffPageScript();
    expect(() => new Function(script)).not.toThrow();
    expect(script).not.toMatch(/\bimport\b|__vite|__esbuild|require\(/);
  });

  test('says plainly that nothing changed', () => {
    const nodes = buildDiffNodes([['serve@/app/a.js:1', 10, 10.5]]);
    const functions = [buildFunctionChange({ verdict: 'unsure' })];
    const html = renderDiffFlameHtml(buildDiffFlame({ nodes, functions }));
    expect(html).toContain(
      'Nothing changed: the CPU time of no function differs by more than the noise (1 could not be decided).',
    );
    expect(renderDiffFlameHtml(buildSearchDiff())).not.toContain('id="unchanged"');
  });

  test('is whole without nodes and functions', () => {
    const html = renderDiffFlameHtml(buildDiffFlame());
    expect(html).toContain('Nothing changed');
    expect(html).not.toContain('id="summary"');
  });

  test('of a tiny comparison is what it was', async () => {
    const nodes = buildDiffNodes([['serve@/app/a.js:1 > rank@/app/src/search.js:12', 100, 140]], ['rank']);
    const html = renderDiffFlameHtml(buildDiffFlame({ nodes, functions: [buildFunctionChange()] }));
    const ownParts = html
      .replace(/<style>[\s\S]*?<\/style>/, '<style>...</style>')
      .replace(/<script>[\s\S]*?<\/script>/, '<script>...</script>')
      .replaceAll(/sha256-[^']+/g, 'sha256-...');
    await expect(ownParts).toMatchFileSnapshot('../golden/report/diff-flame-tiny.html');
  });
});
