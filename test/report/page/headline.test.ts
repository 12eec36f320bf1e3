// The first screen of every kind of report: a sentence, three numbers, the cause, what to do; and the same as Markdown.
import { expect, test } from 'vitest';
import { headlineOf, titleOf } from '../../../src/report/page/headline.ts';
import { toMarkdown } from '../../../src/report/page/markdown.ts';
import { allReports, savedReport } from '../../support/page-reports.ts';
import { buildFinding, buildReport, HOSTILE_NAME } from '../build-report.ts';

const reports = await allReports();

test.each(Object.keys(reports))('%s: the first screen has an answer', async (name) => {
  const headline = headlineOf(reports[name]!);
  expect(headline.figures).toHaveLength(3);
  expect(headline.advice.length).toBeGreaterThan(0);
  const text = JSON.stringify({ title: titleOf(reports[name]!), ...headline }, null, 2);
  await expect(`${text}\n`).toMatchFileSnapshot(`../../golden/page/${name.replaceAll(' ', '-')}.json`);
});

test.each(Object.keys(reports))('%s: as Markdown for an issue', async (name) => {
  const text = toMarkdown(reports[name]!);
  await expect(text).toMatchFileSnapshot(`../../golden/page/${name.replaceAll(' ', '-')}.md`);
});

test('the blamed line stands on the first screen where it is known', () => {
  const leak = savedReport('leak');
  expect(headlineOf(leak).cause?.source).toBe('sessions.set(session.id, session);');
  leak.pictures.sourceLines = [];
  expect(headlineOf(leak).cause?.source).toBeNull();
});

test('a report without pictures has a first screen, too', () => {
  const { pictures: _, ...bare } = savedReport('healthy');
  expect(headlineOf(bare)).toMatchObject({ tone: 'good', sentence: 'Nothing wrong was found.' });
});

test('names from a target stay text in Markdown', () => {
  const finding = buildFinding({ title: HOSTILE_NAME, advice: [`@everyone ${HOSTILE_NAME}`] });
  const text = toMarkdown(buildReport({ findings: [finding] }));
  expect(text).not.toMatch(/<script|<img|@everyone/);
});
