// The page as a file: whole by itself, its policy, its size, and nothing in it that could end the data.
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../../../src/report/page/html.ts';
import { allReports, savedReport } from '../../support/page-reports.ts';
import { buildFinding, buildReport, HOSTILE_NAME } from '../build-report.ts';

const reports = await allReports();

describe.each(Object.keys(reports))('%s', (name) => {
  const html = renderHtml(reports[name]!);

  test('loads nothing, and runs nothing but its own script', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:; base-uri 'none'; form-action 'none'$/,
    );
    expect(html.replace(/<script[\s\S]*?<\/script>/g, '')).not.toMatch(/(src|href)="(?!data:,")/);
  });

  test('holds the JSON report', () => {
    const json = /<script type="application\/json" id="report">([\s\S]*?)<\/script>/.exec(html)![1]!;
    expect(JSON.parse(json)).toMatchObject({ schemaVersion: reports[name]!.schemaVersion });
  });
});

test('names from a target cannot end the data, and add no element', () => {
  const plain = renderHtml(buildReport({ findings: [buildFinding({ title: 'x' })] }));
  const hostile = renderHtml(
    buildReport({ findings: [buildFinding({ title: HOSTILE_NAME, advice: [HOSTILE_NAME] })] }),
  );
  const tags = (html: string) => html.match(/<[/!]?[a-z]+/gi);
  expect(tags(hostile)).toEqual(tags(plain));
  expect(hostile).not.toMatch(/[\x1b\u202e]/u);
});

test('a long look with 200 findings stays small', () => {
  const report = savedReport('pool');
  const { pictures } = report;
  const [finding] = report.findings;
  report.findings = Array.from({ length: 200 }, (_, i) => ({ ...finding!, rank: i + 1 }));
  const points = Array.from({ length: 600 }, (_, i): [number, number] => [i * 1_000, i * 1_234_567]);
  pictures.timeline!.series = Array.from({ length: 40 }, () => ({ name: 'rss', thread: 0, points }));
  const [flame] = pictures.flames;
  const many = <T>(list: T[]) => Array.from({ length: 4_000 }, (_, i) => list[i % list.length]!);
  pictures.flames = Array.from({ length: 8 }, () => ({
    ...flame!,
    parent: [-1, ...many([0]).slice(1)],
    frame: many(flame!.frame),
    totalMillis: many(flame!.totalMillis),
    selfMillis: many(flame!.selfMillis),
  }));
  expect(renderHtml(report).length).toBeLessThan(3_000_000);
});
