import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../../src/model/comparison/comparison.ts';
import {
  COMMENT_MARKER,
  MAX_COMMENT_LENGTH,
  renderComparisonMarkdown,
} from '../../../src/report/compare/markdown.ts';
import {
  buildComparison,
  buildDecision,
  buildFindingChange,
  buildFunction,
  buildGates,
  buildHostile,
  buildLeaky,
  buildSlower,
} from '../build-comparison.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

/** As GitHub does: its Markdown, and HTML that is in it. What it takes out afterwards is still there. */
function toHtml(comparison: Comparison): string {
  return micromark(renderComparisonMarkdown(comparison), {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
  });
}

/** GitHub looks for mentions and references in text that is not code. */
const textOutsideCode = (html: string) =>
  html
    .replaceAll(/<code>[\s\S]*?<\/code>/g, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));

const OWN_TAGS = new Set(
  'h3 p strong table thead tbody tr th td code details summary ul li'
    .split(' ')
    .flatMap((tag) => [tag, `/${tag}`]),
);

test('a CI job finds its comment by the first line', () => {
  expect(renderComparisonMarkdown(buildSlower()).split('\n')[0]).toBe(COMMENT_MARKER);
  expect(COMMENT_MARKER).toMatch(/^<!--.*-->$/);
});

test('tables and folded parts are what they should be', () => {
  for (const comparison of [buildSlower(), buildLeaky()]) {
    const html = toHtml(comparison);
    expect(html).toContain('<table>');
    expect(html.match(/<details>/g)?.length).toBe(html.match(/<\/details>/g)?.length);
    expect(html).not.toMatch(/\| ---/);
  }
});

describe.each(HOSTILE_TEXTS)('%s in every name', (_what, text) => {
  const html = toHtml(buildHostile(text));

  test('makes no element that the comment does not have itself', () => {
    const tags = [...html.replace(COMMENT_MARKER, '').matchAll(/<([/\w!?-]+)([^>]*)>/g)];
    expect(tags.filter(([, tag]) => !OWN_TAGS.has(tag!)).map(([whole]) => whole)).toEqual([]);
    expect(tags.filter(([, , attributes]) => attributes!.trim() !== '')).toEqual([]);
  });

  // An empty name is left out with its elements.
  if (text.trim() !== '')
    test('makes no other elements than a harmless name does', () => {
      const elementsOf = (source: string) => source.match(/<\/?\w+/g);
      expect(elementsOf(html)).toEqual(elementsOf(toHtml(buildHostile('plain'))));
    });

  test('mentions nobody and refers to nothing', () => {
    const found = textOutsideCode(html).match(/@\w|#\d|https?:\/\/|www\.|:\w+:/g);
    expect(found).toBeNull();
  });

  test('breaks no table: rows have as many cells as their head', () => {
    for (const [table] of html.matchAll(/<table>[\s\S]*?<\/table>/g)) {
      const cells = [...table.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(
        ([, row]) => row!.match(/<t[hd]>/g)!.length,
      );
      expect(new Set(cells).size).toBe(1);
    }
  });
});

test('in a code span a name is whole, pipes and backticks included', () => {
  const html = toHtml(buildSlower());
  expect(html).toContain('<code>rank</code>');
  const odd = buildComparison({ functions: [buildFunction({ function: 'a|`b`||``' })] });
  expect(toHtml(odd)).toContain('<code>a|`b`||``</code>');
});

test('however much there is, the comment can be posted, and says that it was cut', () => {
  const long = '<|`@*'.repeat(500);
  const many = <T>(item: T) => Array.from({ length: 3000 }, () => item);
  const markdown = renderComparisonMarkdown(
    buildComparison({
      verdictReason: long,
      functions: many(buildFunction({ function: long, file: long, movedWith: [long, long] })),
      findings: [
        ...many(buildFindingChange({ title: long, advice: many(long) })),
        ...many(buildFindingChange({ title: long, presence: 'gone' })),
      ],
      gates: buildGates(many(buildDecision({ statement: long, rule: long, accepted: [long] }))),
      warnings: Array.from({ length: 3000 }, (_, index) => `${index}${long}`),
    }),
  );
  expect(markdown.length).toBeLessThanOrEqual(MAX_COMMENT_LENGTH);
  expect(Buffer.byteLength(markdown)).toBeLessThan(65_536);
  expect(markdown).toContain('more, in the JSON report');
  expect(markdown.match(/<details>/g)?.length).toBe(markdown.match(/<\/details>/g)?.length);
});
