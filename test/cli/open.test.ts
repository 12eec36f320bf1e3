// `culprit open` and `--html`: which report was the last one, and whether somebody could see it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { printFamilyReport, printReport } from '../../src/cli/output.ts';
import { analyzeFiles } from '../../src/cli/work/analyze.ts';
import { openerHere, openReport } from '../../src/cli/work/open.ts';
import { buildRawCpuProfile } from '../support/build-profile.ts';
import { useTempFolder } from '../support/build-recording.ts';
import { auditReport, savedReport } from '../support/page-reports.ts';
import { familyReport } from '../support/page-reports-of-many.ts';

const temp = useTempFolder();

beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.stubEnv('XDG_STATE_HOME', join(temp(), 'state'));
  for (const name of ['DISPLAY', 'WAYLAND_DISPLAY']) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const printed = () =>
  vi
    .mocked(process.stdout.write)
    .mock.calls.map(([text]) => String(text))
    .join('');

test('the report that was written last is shown by its address', async () => {
  mkdirSync(temp(), { recursive: true });
  await printReport(auditReport(), { html: join(temp(), 'first.html'), quiet: true });
  const last = join(temp(), 'last one.html');
  await printReport(auditReport(), { html: last, quiet: true });
  vi.mocked(process.stdout.write).mockClear();
  await openReport(undefined);
  expect(printed()).toBe(`${pathToFileURL(last).href}\n`);
  expect(readFileSync(last, 'utf8')).toMatch(/^<!doctype html>/);
});

test('several processes side by side are one page, and it is remembered', async () => {
  const html = join(temp(), 'all.html');
  await printFamilyReport(familyReport(savedReport('pool'), savedReport('healthy')), { html, quiet: true });
  const json = /id="report">([\s\S]*?)<\/script>/.exec(readFileSync(html, 'utf8'))![1]!;
  expect(JSON.parse(json)).toMatchObject({
    kind: 'family',
    members: [{ pid: 4242 }, { pid: 4243 }, { pid: 4244 }],
  });
  await openReport(undefined);
  expect(printed()).toContain(`${pathToFileURL(html).href}\n`);
});

test('without --html nothing is written or remembered', async () => {
  await printReport(auditReport(), { quiet: true });
  await expect(openReport(undefined)).rejects.toThrow('No report was written yet.');
});

test('a report that is gone is said to be gone', async () => {
  await expect(openReport(join(temp(), 'none.html'))).rejects.toThrow(/none\.html does not exist/);
});

test('a state folder that cannot be written keeps no report from being written', async () => {
  mkdirSync(temp(), { recursive: true });
  const file = join(temp(), 'state');
  writeFileSync(file, 'a file, not a folder');
  const html = join(temp(), 'report.html');
  await printReport(auditReport(), { html, quiet: true });
  expect(readFileSync(html, 'utf8')).toContain('id="report"');
});

test('one HTML report is for one recording', async () => {
  const options = { html: 'x.html' } as Parameters<typeof analyzeFiles>[1];
  await expect(analyzeFiles(['a', 'b'], options)).rejects.toThrow('Each HTML report covers one recording.');
});

test.each<[string, NodeJS.Platform, Record<string, string>, readonly string[] | null]>([
  ['a Linux desktop', 'linux', { DISPLAY: ':0' }, ['xdg-open']],
  ['Wayland', 'linux', { WAYLAND_DISPLAY: 'wayland-0' }, ['xdg-open']],
  ['macOS', 'darwin', {}, ['open']],
  ['a server', 'linux', {}, null],
  ['a session over ssh', 'linux', { DISPLAY: ':10', SSH_CONNECTION: '10.0.0.1' }, null],
  ['a CI job', 'darwin', { CI: 'true' }, null],
])('on %s, the browser is opened only where somebody sees it', (_, platform, env, opener) => {
  expect(openerHere(platform, env)).toEqual(opener);
});

test('a profile of another tool becomes a page with its flame graph', async () => {
  mkdirSync(temp(), { recursive: true });
  const profile = join(temp(), 'a.cpuprofile');
  writeFileSync(profile, JSON.stringify(buildRawCpuProfile([['main@/app/a.js:1 > parse@/app/b.js:2', 400]])));
  const html = join(temp(), 'a.html');
  await analyzeFiles([profile], { html } as Parameters<typeof analyzeFiles>[1]);
  const json = /id="report">([\s\S]*?)<\/script>/.exec(readFileSync(html, 'utf8'))![1]!;
  const [flame] = JSON.parse(json).pictures.flames;
  expect(flame.frames.map((frame: { function: string }) => frame.function)).toEqual(['main', 'parse']);
});
