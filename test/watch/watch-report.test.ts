// What a watch has seen, read from its folder: whole, or what is left of it.
import { mkdirSync, mkdtempSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { watchTargets } from '../../src/cli/work/watch.ts';
import { writeReport } from '../../src/watch/look/report.ts';
import { reportWatch } from '../../src/watch/watch-report.ts';
import type { WatchState } from '../../src/wire/watch/state.ts';
import { savedReport } from '../support/page-reports.ts';
import { decision } from '../support/page-reports-of-many.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const NAME = '2027-01-31T10-12-00-000Z-memory-shop';
const STATE: WatchState = {
  format: 'culprit-watch',
  version: 1,
  pid: 1,
  startTicks: 2,
  savedAt: { boot: '', uptimeMillis: null, wallMillis: Date.parse('2027-01-31T11:00:00.000Z') },
  rules: [],
  targets: [],
  alerts: [],
};

/** A folder in which a watch kept one piece of evidence. */
function watched(): { folder: string; evidence: string } {
  const folder = join(mkdtempSync(join(tmpdir(), 'culprit-watched-')), 'a watch');
  const evidence = join(folder, 'evidence', NAME);
  mkdirSync(join(evidence, 'flight'), { recursive: true });
  writeFileSync(join(evidence, 'report.json'), JSON.stringify(savedReport('leak')));
  writeFileSync(join(evidence, 'recording.tgz'), 'x'.repeat(1_000));
  const lines = [
    decision('10:11:30', 'warn', { rule: 'memory' }),
    decision('10:12:31', 'diagnose', { rule: 'memory', why: 'at 91%', evidence }),
    decision('10:12:33', 'report', { rule: 'memory', evidence }),
  ].map((each) => JSON.stringify(each));
  writeFileSync(join(folder, 'decisions.jsonl'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'state.json'), JSON.stringify(STATE));
  return { folder, evidence };
}

const read = (folder: string, pageFolder = folder) =>
  reportWatch(STATE, { folder, watcher: undefined, pageFolder, version: '0.1.0' });

test('evidence comes with its files, its findings, and why it was kept', () => {
  const { folder } = watched();
  const { evidence, decisions, ...report } = read(folder);
  expect(report).toMatchObject({ kind: 'watch', folder, watcher: null, savedAt: '2027-01-31T11:00:00.000Z' });
  expect(decisions.map(({ what }) => what)).toEqual(['warn', 'diagnose', 'report']);
  expect(evidence).toEqual([
    {
      name: NAME,
      at: '2027-01-31T10:12:00.000Z',
      decision: decisions[1],
      bytes: expect.any(Number),
      files: ['report.json', 'recording.tgz', 'flight/'].map((name) => ({
        name,
        href: `./evidence/${NAME}/${name}`,
      })),
      verdict: 'findings',
      findings: [
        {
          kind: 'heap-leak',
          severity: 'warning',
          title: expect.stringContaining('Map `sessions` grows by 30 entries/s'),
        },
      ],
    },
  ]);
});

test('links begin where the page lies, whatever characters the way has', () => {
  const { folder } = watched();
  const [evidence] = read(folder, join(folder, '..', 'pages')).evidence;
  expect(evidence!.files[0]!.href).toBe(`./../a%20watch/evidence/${NAME}/report.json`);
});

test('a folder that was moved has the same evidence', () => {
  const { folder } = watched();
  renameSync(folder, `${folder}-2`);
  expect(read(`${folder}-2`).evidence[0]!.decision).toMatchObject({ what: 'diagnose', why: 'at 91%' });
});

describe('what is damaged is left out:', () => {
  test('a line that was cut short, and what is no decision', () => {
    const { folder } = watched();
    const good = JSON.stringify(decision('09:00:00', 'light'));
    writeFileSync(join(folder, 'decisions.jsonl'), `{"at":"now"}\n[]\n${good}\n{"at":"2027-01-31T`);
    writeFileSync(join(folder, 'decisions.jsonl.1'), `${JSON.stringify(decision('08:00:00', 'found'))}\n`);
    expect(read(folder).decisions.map(({ what }) => what)).toEqual(['found', 'light']);
  });

  test('a report', () => {
    const { folder, evidence } = watched();
    writeFileSync(join(evidence, 'report.json'), '{"kind":"diag');
    expect(read(folder).evidence[0]).toMatchObject({ name: NAME, verdict: null, findings: [] });
  });

  test('all of it', () => {
    expect(read(join(tmpdir(), 'culprit-no-such-watch'))).toMatchObject({ decisions: [], evidence: [] });
  });
});

test('only the last decisions and the newest evidence are told, with how many are not', () => {
  const { folder } = watched();
  const line = `${JSON.stringify(decision('09:00:00', 'light'))}\n`;
  writeFileSync(join(folder, 'decisions.jsonl.1'), line.repeat(2_004));
  for (let i = 0; i < 101; i++)
    mkdirSync(join(folder, 'evidence', `2027-02-01T00-00-00-${String(i).padStart(3, '0')}Z-memory-shop`));
  const { decisions, decisionsLeftOut, evidence, evidenceLeftOut } = read(folder);
  expect([decisions.length, decisionsLeftOut, evidence.length, evidenceLeftOut]).toEqual([2_000, 7, 100, 2]);
  expect(decisions.at(-1)!.what).toBe('report');
  expect(evidence[0]!.at).toBe('2027-02-01T00:00:00.100Z');
});

describe('culprit watch --html', () => {
  test('writes the page, prints the status, and ends', async () => {
    const { folder } = watched();
    const html = join(folder, 'watch.html');
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.stubEnv('XDG_STATE_HOME', folder);
    expect(await watchTargets([], { folder, html })).toBe(0);
    expect(printed.mock.calls.flat().join('')).toContain(`No watcher is running in ${folder}.`);
    const json = /id="report">([\s\S]*?)<\/script>/.exec(readFileSync(html, 'utf8'))![1]!;
    expect(JSON.parse(json)).toMatchObject({ kind: 'watch', evidence: [{ name: NAME }] });
  });
});

describe('the page of a piece of evidence', () => {
  test('is the one of its report', () => {
    const { evidence } = watched();
    expect(writeReport({ do: 'report', folder: evidence })).toEqual({
      ok: true,
      what: 'report.html',
      findings: [],
    });
    const page = readFileSync(join(evidence, 'report.html'), 'utf8');
    const json = /id="report">([\s\S]*?)<\/script>/.exec(page)![1]!;
    expect(JSON.parse(json)).toMatchObject({
      kind: 'diagnosis',
      pictures: { timeline: { durationMillis: expect.any(Number) } },
    });
  });

  test('is not made without a report', () => {
    const { evidence } = watched();
    unlinkSync(join(evidence, 'report.json'));
    expect(() => writeReport({ do: 'report', folder: evidence })).toThrow(
      'There is no report to write as a page.',
    );
  });
});
