import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../../src/model/comparison/comparison.ts';
import {
  COMPARISON_FORMATS,
  COMPARISON_RENDERERS,
  type ComparisonFormat,
} from '../../../src/report/compare/formats.ts';
import {
  buildComparison,
  buildEmpty,
  buildHostile,
  buildLeaky,
  buildSlower,
  buildUnknown,
} from '../build-comparison.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

const EXTENSIONS: Record<ComparisonFormat, string> = {
  text: 'txt',
  markdown: 'md',
  json: 'json',
  junit: 'xml',
  sarif: 'sarif',
  annotations: 'annotations.txt',
};
const COMPARISONS: [string, Comparison][] = [
  ['same', buildComparison()],
  ['slower', buildSlower()],
  ['leaky', buildLeaky()],
  ['unknown', buildUnknown()],
  ['empty', buildEmpty()],
];
const options = { colors: false, width: 100 };

describe.each(COMPARISONS)('a comparison that is %s', (name, comparison) => {
  test.each(COMPARISON_FORMATS)('is rendered as expected as %s', async (format) => {
    const output = COMPARISON_RENDERERS[format](comparison, options);
    await expect(output).toMatchFileSnapshot(`../../golden/compare/${name}.${EXTENSIONS[format]}`);
  });
});

describe.each(HOSTILE_TEXTS)('%s in every name', (_what, text) => {
  test.each(COMPARISON_FORMATS)('reaches nobody as anything but text in %s', (format) => {
    const output = COMPARISON_RENDERERS[format](buildHostile(text), options);
    expect(output).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(output === '' || output.endsWith('\n')).toBe(true);
    // Only the annotations may command GitHub's runner, and only with what they are for.
    const commands = output.split('\n').filter((line) => /^\s*::|##\[/.test(line));
    const allowed = format === 'annotations' ? /^::(error|warning|notice) / : /$^/;
    expect(commands.filter((line) => !allowed.test(line))).toEqual([]);
  });

  test.each(COMPARISON_FORMATS.filter((format) => format !== 'json'))('cannot make %s long', (format) => {
    expect(COMPARISON_RENDERERS[format](buildHostile(text), options).length).toBeLessThan(70_000);
  });
});

test('rendering changes nothing in the comparison', () => {
  const comparison = buildLeaky();
  for (const format of COMPARISON_FORMATS) COMPARISON_RENDERERS[format](comparison, options);
  expect(comparison).toEqual(buildLeaky());
});
