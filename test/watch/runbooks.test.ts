// Runbooks, with looks imitated and real programs: confirm, run, verify, else undo and tell; within limits, also over a restart.
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Runbook } from '../../src/watch/config/watch-config.ts';
import { createJobs } from '../../src/watch/jobs.ts';
import type { FoundFinding, LookAnswer } from '../../src/watch/look/request.ts';
import { see } from '../../src/watch/rules/known-findings.ts';
import type { SavedRunbook } from '../../src/watch/rules/runbook-book.ts';
import { Runbooks } from '../../src/watch/runbooks.ts';
import { newTarget } from '../../src/watch/targets.ts';
import type { AlertFacts } from '../../src/watch/tell/alerts.ts';

const LEAK: FoundFinding = { fingerprint: 'aa', kind: 'heap-leak', severity: 'warning', title: 'Map grows' };
const BUSY: FoundFinding = { fingerprint: 'bb', kind: 'cpu-hotspot', severity: 'warning', title: 'busy()' };
const program = (code: string) => ({
  do: 'exec' as const,
  command: [process.execPath, '-e', code],
  timeoutMillis: 20_000,
});
const touch = (file: string) => program(`require('fs').writeFileSync(${JSON.stringify(file)}, '')`);

interface Imitation {
  isDryRun?: boolean;
  saved?: SavedRunbook[];
  runbook?: Partial<Runbook>;
}

function imitate({ isDryRun = false, saved = [], runbook = {} }: Imitation = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'culprit-runbooks-'));
  const files = { ran: join(dir, 'ran'), undone: join(dir, 'undone') };
  let now = 1_000;
  let seen: FoundFinding[] | { why: string } | 'too-little-data' | 'idle' = [LEAK];
  const decided: string[] = [];
  const alerts: AlertFacts[] = [];
  const resolved: string[] = [];
  const slot = {
    name: 'shop',
    word: 'shop',
    process: { pid: 42, startTicks: 7, command: 'node shop.js', folder: '/srv' },
    last: null,
    sinceMillis: 0,
    restarts: [],
    restartsInAll: 0,
  };
  const target = newTarget(slot, [], 0);
  const { signal } = new AbortController();
  const jobs = createJobs(signal, (error) => {
    throw error;
  });
  const answer = (): LookAnswer => {
    if (seen === 'too-little-data' || seen === 'idle')
      return { ok: true, what: '', verdict: seen, findings: [], cpuMillis: 1 };
    if (!Array.isArray(seen)) return { ok: false, why: seen.why, cpuMillis: 1 };
    const verdict = seen.length > 0 ? 'findings' : 'healthy';
    return { ok: true, what: '', verdict, findings: seen, cpuMillis: 1 };
  };
  const one: Runbook = {
    name: 'clear',
    finding: 'heap-leak',
    run: touch(files.ran),
    undo: touch(files.undone),
    verifyMillis: 60_000,
    limits: { count: 1, windowMillis: 3_600_000, durationMillis: null },
    ...runbook,
  };
  const runbooks = new Runbooks(
    [one],
    {
      clock: {
        monotonic: () => now,
        wall: () => now,
        stamp: () => ({ boot: '', uptimeMillis: 0, wallMillis: 0 }),
      },
      signal,
      targets: new Map([['shop', target]]),
      jobs,
      isDryRun,
      diagnosing: {
        refusal: () => null,
        makeEvidence: () => ({ folder: dir }),
        ask: async () => answer(),
        onDiagnosed: () => {},
      },
      recent: () => undefined,
      fire: (facts) => alerts.push(facts),
      resolve: (rule, name, why) => resolved.push(`${rule} ${name}: ${why}`),
      decide: ({ what, outcome, detail }) => decided.push(`${what} ${outcome}: ${detail}`),
      save: () => {},
    },
    { saved, awayMillis: 0 },
  );
  return {
    files,
    decided,
    alerts,
    resolved,
    runbooks,
    find(findings: typeof seen) {
      seen = findings;
    },
    /** A light look sees what is there. */
    async look(findings: FoundFinding[]) {
      target.findings = see(target.findings, findings, '').known;
      runbooks.saw(target, findings);
      await jobs.idle();
    },
    async pass(millis: number) {
      now += millis;
      runbooks.beginDue(now);
      await jobs.idle();
    },
  };
}

test('a finding that a diagnosis confirms is treated, and the same diagnosis finds it gone', async () => {
  const { look, pass, find, decided, alerts, files } = imitate();
  await look([BUSY, LEAK]);
  expect(existsSync(files.ran)).toBe(true);
  await pass(59_000);
  find([BUSY]);
  await pass(1_000);
  await pass(60_000);
  expect(decided).toEqual([
    `runbook done: ${process.execPath}; it is verified after 60 s`,
    'verify done: it is gone',
  ]);
  expect(existsSync(files.undone)).toBe(false);
  expect(alerts).toEqual([]);
});

test('what is still there is undone and told; it is left alone until it is gone, and then the alert ends', async () => {
  const { look, pass, decided, alerts, files, resolved } = imitate({
    runbook: { limits: { count: 9, windowMillis: 3_600_000, durationMillis: null } },
  });
  await look([LEAK]);
  await pass(60_000);
  expect(existsSync(files.undone)).toBe(true);
  expect(decided.slice(1)).toEqual([
    'verify failed: it is still there',
    `undo done: ${process.execPath}`,
    'escalate done: runbook clear did not help: the finding is still there',
  ]);
  expect(alerts).toMatchObject([
    { rule: 'runbook/clear', target: 'shop', level: 'critical', findings: ['Map grows'] },
  ]);
  await look([LEAK]);
  expect(decided).toHaveLength(4);
  expect(resolved).toEqual([]);
  // One look may miss it; three do not.
  for (let i = 0; i < 3; i++) await look([]);
  expect(resolved).toEqual(['runbook/clear shop: the finding is gone']);
  await look([LEAK]);
  expect(decided).toHaveLength(5);
});

test('a notice, another kind, and what no diagnosis confirms are not treated', async () => {
  const { look, find, decided, files } = imitate();
  await look([{ ...LEAK, severity: 'notice' }]);
  await look([BUSY]);
  expect(decided).toEqual([]);
  find([]);
  await look([LEAK]);
  // The next looks see it as well: nobody diagnoses each time.
  await look([LEAK]);
  expect(decided).toEqual(['runbook skipped: a diagnosis does not confirm it']);
  expect(existsSync(files.ran)).toBe(false);
});

test('it runs within its limit, which a restart does not forget; nor does it forget what is to be verified', async () => {
  const before = imitate();
  await before.look([LEAK]);
  const saved = before.runbooks.save(1_000);
  const after = imitate({ saved });
  await after.look([LEAK]);
  expect(after.decided).toEqual([]);
  after.find([]);
  await after.pass(60_000);
  expect(after.decided).toEqual(['verify done: it is gone']);
  after.find([LEAK]);
  await after.look([LEAK]);
  expect(after.decided.at(-1)).toMatch(/^runbook skipped: it acted 1 time within 60 min, which is its limit/);
  expect(existsSync(after.files.ran)).toBe(false);
});

test('where it cannot be told, it is tried again, and people are told after the third time; nothing is undone', async () => {
  const { look, pass, find, decided, alerts, files } = imitate();
  await look([LEAK]);
  find({ why: 'the process is gone' });
  await pass(60_000);
  find('too-little-data');
  await pass(60_000);
  find('idle');
  await pass(60_000);
  expect(decided.slice(1)).toEqual([
    'verify skipped: whether it is gone is unknown: the process is gone',
    'verify skipped: whether it is gone is unknown: too little data',
    'verify failed: its result is unknown: the process did no work during the capture',
    'escalate done: runbook clear did not help: culprit could not tell whether the finding is gone: the process did no work during the capture',
  ]);
  expect(alerts).toHaveLength(1);
  expect(existsSync(files.undone)).toBe(false);
});

test('a program that fails is undone and told at once', async () => {
  const { look, decided, files } = imitate({ runbook: { run: program('process.exit(3)') } });
  await look([LEAK]);
  expect(decided).toEqual([
    'runbook failed: it ended with exit code 3',
    `undo done: ${process.execPath}`,
    'escalate done: runbook clear did not help: its program failed (it ended with exit code 3)',
  ]);
  expect(existsSync(files.undone)).toBe(true);
});

test('a dry run runs nothing, says all that it would do, and says it once', async () => {
  const { look, pass, decided, files, alerts } = imitate({ isDryRun: true });
  await look([LEAK]);
  await look([LEAK]);
  await pass(60_000);
  expect(decided).toHaveLength(1);
  expect(decided[0]).toMatch(
    /^runbook skipped: dry run: would run \[.*\] and verify after 60 s, and would undo with \[.*\] if it is still there$/,
  );
  expect([files.ran, files.undone].filter((file) => existsSync(file))).toEqual([]);
  expect(alerts).toEqual([]);
});
