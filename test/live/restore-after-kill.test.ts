// After kill -9 of culprit, in whatever phase, the target restores itself. Other ways out: restore.test.ts.
import { afterAll, describe, expect, test } from 'vitest';
import { PHASES, startCulprit } from './support/culprit.ts';
import { untilBlocked } from './support/observe.ts';
import { startObservedApp } from './support/observed-app.ts';
import { startPinging, takeSnapshot, untilRestored } from './support/restored.ts';
import { endAllTargets, type RunningTarget, startTarget } from './support/target.ts';
import { until } from './support/wait.ts';

afterAll(endAllTargets);

// The lease is 10 s; the rest is room for a busy machine.
const LEASE_MILLIS = 25_000;

const diagnoseJson = (target: RunningTarget, duration: string, ...more: string[]) =>
  startCulprit(['diagnose', String(target.pid), '--duration', duration, '--json', '-', ...more], {
    saysPhases: true,
  });

/** Logs objects all the time, and says how many of them are still alive. */
const LOGGING = `
const alive = new Set();
const registry = new FinalizationRegistry((id) => alive.delete(id));
let made = 0;
setInterval(() => {
  const order = { id: made++, rows: new Array(1000).fill(0) };
  alive.add(order.id);
  registry.register(order, order.id);
  console.error(order.id, order);
}, 5);
require('http').createServer((_request, response) => {
  gc();
  setImmediate(() => response.end(JSON.stringify({ made, alive: alive.size })));
}).listen(0, '127.0.0.1', function () { console.log('READY ' + this.address().port); });
`;

describe('objects that the program logs', () => {
  test('are not kept alive by our session, neither after it nor after kill -9', async () => {
    const target = await startTarget({ code: LOGGING, nodeArgs: ['--expose-gc'] });
    const count = async () => JSON.parse(await target.get('/')) as { made: number; alive: number };
    const forgotten = () =>
      until('what was logged is collected', async () => {
        const { made, alive } = await count();
        return made > 100 && alive < 20;
      });
    await forgotten();
    await diagnoseJson(target, '3s').ended;
    await forgotten();
    const culprit = diagnoseJson(target, '20s');
    await until('the session is there: V8 keeps what is logged', async () => (await count()).alive > 40);
    culprit.kill('SIGKILL');
    await culprit.ended;
    await forgotten();
    await target.end();
  }, 90_000);
});

describe('kill -9 of culprit', () => {
  // The last one: with traps on the growing collections.
  test.concurrent.each(PHASES)(
    'at "%s" leaves a target that serves and restores itself',
    async (phase) => {
      const target = await startObservedApp();
      const before = await takeSnapshot(target);
      const pinger = startPinging(target);
      const culprit = diagnoseJson(target, '20s');
      await culprit.reaches(phase);
      culprit.kill('SIGKILL');
      expect((await culprit.ended).signal).toBe('SIGKILL');
      const { left } = await untilRestored(target, before, LEASE_MILLIS);
      const pings = await pinger.stop();
      await target.end();
      expect(left).toEqual([]);
      expect(pings.failed).toBe(0);
      expect(pings.answered).toBeGreaterThan(0);
    },
    60_000,
  );

  test.concurrent('while the event loop of the target is blocked for 6 s is cleaned up all the same', async () => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    const culprit = diagnoseJson(target, '20s');
    await culprit.reaches('sampling');
    await target.get('/block/6000');
    await untilBlocked(target.pid);
    culprit.kill('SIGKILL');
    await culprit.ended;
    const { left } = await untilRestored(target, before, LEASE_MILLIS + 6_000);
    await target.end();
    expect(left).toEqual([]);
  }, 60_000);

  test.concurrent('during the attach to a target that is blocked is cleaned up all the same', async () => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    await target.get('/block/6000');
    const culprit = diagnoseJson(target, '20s');
    await culprit.reaches('the inspector is open');
    culprit.kill('SIGKILL');
    await culprit.ended;
    const { left } = await untilRestored(target, before, LEASE_MILLIS + 6_000);
    await target.end();
    expect(left).toEqual([]);
  }, 60_000);
});
