// The target is left as it was found when culprit is done, and when a signal ends it: Ctrl-C, SIGTERM. kill -9 is in
// restore-after-kill.test.ts; test/stress/restore.mjs does many cycles.
import { afterAll, describe, expect, test } from 'vitest';
import { PHASES, reportOf, startCulprit, wentWrongInside } from './support/culprit.ts';
import { startObservedApp } from './support/observed-app.ts';
import { startPinging, staysRestored, takeSnapshot, untilRestored } from './support/restored.ts';
import { endAllTargets, type RunningTarget } from './support/target.ts';
import { delay } from './support/wait.ts';

afterAll(endAllTargets);

// The lease is 10 s; the rest is room for a busy machine.
const LEASE_MILLIS = 25_000;

const diagnoseJson = (target: RunningTarget, duration: string, ...more: string[]) =>
  startCulprit(['diagnose', String(target.pid), '--duration', duration, '--json', '-', ...more], {
    saysPhases: true,
  });

describe('a run to the end', () => {
  test('leaves nothing behind, also the third time', async () => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    const pinger = startPinging(target);
    for (let cycle = 1; cycle <= 3; cycle++) {
      const result = await diagnoseJson(target, cycle === 3 ? '9s' : '2s').ended;
      expect(wentWrongInside(result)).toBeNull();
      expect(result.code).toBe(0);
      expect(reportOf(result).capture.restored).toBe(true);
      expect((await untilRestored(target, before, 5_000)).left, `cycle ${cycle}`).toEqual([]);
      await target.get('/clear');
    }
    const { answered, failed } = await pinger.stop();
    expect(failed).toBe(0);
    expect(answered).toBeGreaterThan(10);
    expect(await staysRestored(target, before, 4_500)).toEqual([]);
  }, 120_000);
});

describe('a signal to culprit', () => {
  test.concurrent.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends the capture early, restores the target and reports what there is',
    async (signal) => {
      const target = await startObservedApp();
      const before = await takeSnapshot(target);
      const culprit = diagnoseJson(target, '40s');
      await culprit.reaches('sampling', 3);
      culprit.kill(signal);
      const result = await culprit.ended;
      const { left } = await untilRestored(target, before, 5_000);
      await target.end();
      expect(wentWrongInside(result)).toBeNull();
      expect([0, 130]).toContain(result.code);
      expect(reportOf(result).capture.restored).toBe(true);
      expect(left).toEqual([]);
    },
    60_000,
  );

  test.concurrent('SIGINT twice gives up at once, and the lease cleans up', async () => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    const culprit = diagnoseJson(target, '40s');
    await culprit.reaches('sampling');
    culprit.kill('SIGINT');
    culprit.kill('SIGINT');
    await delay(20);
    culprit.kill('SIGINT');
    const result = await culprit.ended;
    const { left } = await untilRestored(target, before, LEASE_MILLIS);
    await target.end();
    expect(wentWrongInside(result)).toBeNull();
    expect([0, 130]).toContain(result.code);
    expect(left).toEqual([]);
  }, 60_000);

  test.concurrent('SIGINT before the attach is done restores the target', async () => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    for (const phase of PHASES.slice(0, 4)) {
      const culprit = diagnoseJson(target, '40s');
      await culprit.reaches(phase);
      culprit.kill('SIGINT');
      const result = await culprit.ended;
      expect(wentWrongInside(result)).toBeNull();
      // Before our handler is in place the signal simply ends the process.
      expect(result.signal === 'SIGINT' || result.code === 130 || result.code === 0).toBe(true);
      expect((await untilRestored(target, before, LEASE_MILLIS)).left, phase).toEqual([]);
    }
    await target.end();
  }, 90_000);
});
