// The actions of a rule, with everything around them imitated: their order, what each uses of the ones before, and what is left out.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ActionPlace, act } from '../../src/watch/actions/act.ts';
import type { Diagnosis } from '../../src/watch/actions/diagnose.ts';
import type { WatchAction, WatchRule } from '../../src/watch/config/watch-config.ts';
import type { Slot } from '../../src/watch/follow/slots.ts';
import { createJobs } from '../../src/watch/jobs.ts';
import type { FoundFinding, LookAnswer, LookRequest } from '../../src/watch/look/request.ts';
import type { AlertFacts } from '../../src/watch/tell/alerts.ts';

const LEAK: FoundFinding = { fingerprint: 'aa', kind: 'heap-leak', severity: 'warning', title: 'Map grows' };
const BUSY: FoundFinding = { fingerprint: 'bb', kind: 'cpu-hotspot', severity: 'warning', title: 'busy()' };
const SLOT: Slot = {
  name: 'shop',
  word: 'shop',
  process: { pid: 42, startTicks: 7, command: 'node shop.js', folder: '/srv' },
  last: { pid: 42, startTicks: 7, command: 'node shop.js', folder: '/srv' },
  sinceMillis: 0,
  restarts: [],
  restartsInAll: 0,
};

interface Imitation {
  answer?: (request: LookRequest) => LookAnswer;
  refusal?: string;
  recent?: Diagnosis;
  noFolder?: string;
  isDryRun?: boolean;
}

async function run(actions: WatchAction[], rule: Partial<WatchRule> = {}, imitation: Imitation = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-act-'));
  const asked: LookRequest[] = [];
  const alerts: AlertFacts[] = [];
  const decided: string[] = [];
  const place: ActionPlace = {
    host: 'web-1',
    logs: ['/var/log/shop.log'],
    signal: new AbortController().signal,
    isDryRun: imitation.isDryRun ?? false,
    refusal: () => imitation.refusal ?? null,
    makeEvidence: () => (imitation.noFolder === undefined ? { folder } : { why: imitation.noFolder }),
    ask: async (request) => {
      asked.push(request);
      writeFileSync(join(folder, `${request.do}-${asked.length}`), '');
      return imitation.answer?.(request) ?? { ok: true, what: 'Map grows', findings: [LEAK], cpuMillis: 1 };
    },
    onDiagnosed: () => {},
    recent: () => imitation.recent,
    fire: (facts) => alerts.push(facts),
    decide: ({ what, outcome, detail }) => decided.push(`${what} ${outcome}: ${detail}`),
  };
  const whole: WatchRule = {
    name: 'memory',
    metric: 'memory.share',
    warn: 0.8,
    holdMillis: 0,
    clearMillis: 0,
    confirm: false,
    actions,
    limits: { count: 1, windowMillis: null, durationMillis: null },
    ...rule,
  };
  const occurrence = { rule: whole, target: 'shop', from: 'ok', to: 'warn', why: '85%' } as const;
  await act(place, { occurrence, slot: SLOT });
  return { folder, asked, alerts, decided };
}

const LOOK: WatchAction[] = [{ do: 'diagnose' }, { do: 'flame' }, { do: 'report' }, { do: 'webhook' }];

test('each action uses what the ones before made', async () => {
  const { folder, asked, alerts, decided } = await run(LOOK);
  expect(asked).toEqual([
    { do: 'look', pid: 42, startTicks: 7, durationMillis: 30_000, snapshot: 'never', folder },
    { do: 'flame', folder },
    { do: 'report', folder },
  ]);
  expect(alerts).toEqual([
    {
      rule: 'memory',
      metric: 'memory.share',
      target: 'shop',
      host: 'web-1',
      pid: 42,
      level: 'warn',
      why: '85%',
      findings: ['Map grows'],
      evidence: folder,
    },
  ]);
  expect(decided).toEqual([
    'diagnose done: Map grows',
    'flame done: Map grows',
    'report done: Map grows',
    'webhook done: queued',
  ]);
});

test('a capture that is refused or fails is said, and the alert goes out all the same', async () => {
  const refused = await run(LOOK, {}, { refusal: 'a capture takes up to 256 MB, and 12 MB are left' });
  expect(refused.asked).toEqual([]);
  expect(refused.decided).toEqual([
    'diagnose skipped: a capture takes up to 256 MB, and 12 MB are left',
    'flame skipped: there is no recording',
    'report skipped: there is no recording',
    'webhook done: queued',
  ]);
  expect(refused.alerts).toMatchObject([{ findings: [], evidence: null }]);
  const full = await run(LOOK, {}, { noFolder: 'the disk is full' });
  expect(full.decided[0]).toBe('diagnose failed: there is no folder for evidence: the disk is full');
  expect(full.alerts).toHaveLength(1);
});

test('what is to be confirmed and is not, is told to nobody', async () => {
  const answer = (findings: FoundFinding[]) => (): LookAnswer => ({
    ok: true,
    what: 'x',
    findings,
    cpuMillis: 1,
  });
  const confirm = { confirm: true, metric: 'memory.rising' } as const;
  expect((await run(LOOK, confirm, { answer: answer([LEAK]) })).alerts).toHaveLength(1);
  for (const findings of [[], [{ ...LEAK, severity: 'notice' as const }], [BUSY]]) {
    const { alerts, decided } = await run(LOOK, confirm, { answer: answer(findings) });
    expect(alerts).toEqual([]);
    expect(decided.at(-1)).toBe('webhook skipped: the diagnosis names no cause');
  }
  expect(
    (await run(LOOK, { confirm: true, metric: 'finding' }, { answer: answer([BUSY]) })).alerts,
  ).toHaveLength(1);
});

test('a diagnosis of a moment ago serves another rule', async () => {
  const recent = { folder: '/srv/evidence/1', findings: [LEAK], what: 'Map grows', doubt: null };
  const { asked, alerts, decided } = await run([{ do: 'diagnose' }, { do: 'webhook' }], {}, { recent });
  expect(asked).toEqual([]);
  expect(decided[0]).toBe('diagnose done: a capture was made a moment ago: Map grows');
  expect(alerts).toMatchObject([{ evidence: '/srv/evidence/1', findings: ['Map grows'] }]);
});

test('a snapshot says how long it may pause; a refusal by its estimate is no failure', async () => {
  const answer = (): LookAnswer => ({ ok: false, why: 'No snapshot: it does not fit.', cpuMillis: 1 });
  const { asked, decided } = await run([{ do: 'snapshot', maxPauseMillis: 2_000 }], {}, { answer });
  expect(asked).toMatchObject([{ do: 'look', snapshot: 'force', maxPauseMillis: 2_000 }]);
  expect(decided).toEqual(['snapshot skipped: No snapshot: it does not fit.']);
});

test('a dry run says which program would run, and looks all the same', async () => {
  const exec: WatchAction = { do: 'exec', command: ['kill', '{pid}'], timeoutMillis: 1_000 };
  const { asked, decided } = await run([{ do: 'diagnose' }, exec], {}, { isDryRun: true });
  expect(asked).toHaveLength(1);
  expect(decided).toEqual(['diagnose done: Map grows', 'exec skipped: dry run: would run ["kill","{pid}"]']);
});

test('jobs run one at a time, and one that fails holds up none', async () => {
  const order: string[] = [];
  const jobs = createJobs(new AbortController().signal, (error) =>
    order.push(`failed: ${(error as Error).message}`),
  );
  const job = (name: string) => async () => {
    order.push(`${name} begins`);
    await Promise.resolve();
    order.push(`${name} ends`);
  };
  jobs.add(job('a'));
  jobs.add(async () => {
    throw new Error('the disk is full');
  });
  jobs.add(job('b'));
  expect(jobs.isBusy).toBe(true);
  await jobs.idle();
  expect(order).toEqual(['a begins', 'a ends', 'failed: the disk is full', 'b begins', 'b ends']);
  expect(jobs.isBusy).toBe(false);
});

test('jobs that wait are bounded', () => {
  const jobs = createJobs(new AbortController().signal, () => {});
  const taken = Array.from({ length: 500 }, () => jobs.add(() => new Promise(() => {})));
  expect(taken.filter(Boolean).length).toBeLessThanOrEqual(101);
  expect(taken.at(-1)).toBe(false);
});
