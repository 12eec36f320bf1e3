// What an audit of the two fixtures says, whole; and that it is a report like any other.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { audit } from '../../src/audit/audit.ts';
import { readPodFile } from '../../src/recording/files/pod-file.ts';
import { readSettingsFile } from '../../src/recording/files/settings-file.ts';
import { renderText } from '../../src/report/text/text.ts';
import { buildSettings } from '../support/build-settings.ts';
import { reportErrors } from '../support/json-schemas.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/audit');

function auditOf(name: string) {
  const pod = readPodFile(join(FIXTURES, name, 'pod.yaml'), 'web');
  return audit(readSettingsFile(join(FIXTURES, name, 'settings.json')), pod);
}

describe.each(['bad', 'good'])('the %s server', (name) => {
  test('as text', async () => {
    const text = renderText(auditOf(name), { colors: false, width: 100 });
    await expect(text).toMatchFileSnapshot(`../golden/audit/${name}.txt`);
  });

  test('as JSON follows the schema', () => {
    expect(reportErrors(JSON.parse(JSON.stringify(auditOf(name))))).toEqual([]);
  });
});

test('quiet: the level and the titles only', () => {
  const text = renderText(auditOf('bad'), { colors: false, width: 100, quiet: true });
  expect(text).toMatch(/^LEVEL 1 of 5 for /);
  expect(text).not.toMatch(/Checked|evidence|read /);
});

test('a target that could not be restored is said at once', () => {
  const settings = buildSettings();
  const report = audit({ ...settings, look: { ...settings.look, restored: false } });
  expect(renderText(report, { colors: false, width: 100, quiet: true })).toContain('NOT be restored');
});

test.each<[string, number | null, string]>([
  ['a pids limit', 2_048, 'pids limit 2,048'],
  ['none', null, 'no pids limit'],
])('%s of the container is said', (_, pidsLimit, words) => {
  const report = audit(buildSettings({ outer: { pidsLimit } }));
  expect(report.target.container?.pidsLimit).toBe(pidsLimit);
  expect(renderText(report, { colors: false, width: 100 })).toContain(words);
});

test('names with escape codes come out harmless', () => {
  const name = 'agent\x1b[31m of \u202e/app/x.js';
  const report = audit(buildSettings({ inner: { agents: [{ name, keepAlive: false, requests: 1 }] } }));
  expect(renderText(report, { colors: false, width: 100 })).not.toMatch(/[\x1b\u202e]/u);
});
