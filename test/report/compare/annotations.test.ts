import { expect, test } from 'vitest';
import { MOST_A_LEVEL, renderComparisonAnnotations } from '../../../src/report/compare/annotations.ts';
import { buildComparison, buildFindingChange, buildFunction, buildSlower } from '../build-comparison.ts';

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

test('a gate on CPU time points at the function that is to blame', () => {
  expect(renderComparisonAnnotations(buildSlower())).toMatch(
    /^::error file=src\/search\.js,line=12,title=gate /,
  );
});

test('nothing to say is nothing said', () => {
  expect(renderComparisonAnnotations(buildComparison())).toBe('');
});

test('percent signs, colons, commas and line breaks are escaped as GitHub reads them', () => {
  const finding = buildFindingChange({
    title: '100%: a,b\nc',
    file: 'src/a,b%c.ts',
    function: null,
    advice: ['first', 'second'],
  });
  expect(renderComparisonAnnotations(buildComparison({ findings: [finding] }))).toBe(
    '::error file=src/a%2Cb%25c.ts,line=88,title=new listener-leak::100%25: a,b\\nc%0Afirst\n',
  );
});

test('accepted findings, findings that are gone and faster functions are not annotated', () => {
  const accepted = { reason: 'known', by: 'ann', until: '2027-01-31' };
  const comparison = buildComparison({
    findings: [
      buildFindingChange({ accepted }),
      buildFindingChange({ presence: 'gone' }),
      buildFindingChange({ presence: 'both' }),
    ],
    functions: [buildFunction({ direction: 'better' }), buildFunction({ verdict: 'unsure' })],
  });
  expect(renderComparisonAnnotations(comparison)).toBe('');
});

test('a file outside the repository is not named', () => {
  const findings = [buildFindingChange({ file: '/etc/passwd' }), buildFindingChange({ file: 'node:net' })];
  const text = renderComparisonAnnotations(buildComparison({ findings }));
  expect(text).not.toContain('file=');
  expect(lines(text)).toHaveLength(2);
});

test('of each level no more are written than GitHub shows, and the last says how many there are', () => {
  const findings = (['critical', 'warning', 'notice'] as const).flatMap((severity) =>
    Array.from({ length: severity === 'notice' ? MOST_A_LEVEL : 25 }, () => buildFindingChange({ severity })),
  );
  const text = lines(renderComparisonAnnotations(buildComparison({ findings })));
  const of = (level: string) => text.filter((line) => line.startsWith(`::${level} `));
  expect([of('error').length, of('warning').length, of('notice').length]).toEqual([10, 10, 10]);
  expect(of('error').at(-1)).toBe('::error title=culprit::and 16 more, in the report');
  expect(of('notice').at(-1)).toContain('new listener-leak');
});
