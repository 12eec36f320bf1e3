// `culprit watch` against real processes: evidence and alerts for a leak, a service that restarts, and that nothing is left in a
// target however the watch ends.
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Decision } from '../../src/watch/store/decision-log.ts';
import type { PostableAlert } from '../../src/watch/tell/alerts.ts';
import { schemaErrors } from '../support/json-schemas.ts';
import { runCulprit } from './support/culprit.ts';
import { startObservedApp } from './support/observed-app.ts';
import { takeSnapshot, untilRestored } from './support/restored.ts';
import { endAllTargets, startTarget } from './support/target.ts';
import { until } from './support/wait.ts';
import { endAllWatches, QUIET, startWatch, WAIT_MILLIS as WAIT } from './support/watching.ts';

const servers: Server[] = [];
afterAll(async () => {
  endAllWatches();
  for (const server of servers) server.close();
  await endAllTargets();
});

/** Takes alerts as Alertmanager does, and refuses what it would refuse. */
async function startReceiver(): Promise<{
  url: string;
  port: number;
  alerts: PostableAlert[];
  wrong: string[];
}> {
  const alerts: PostableAlert[] = [];
  const wrong: string[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const list = JSON.parse(text) as PostableAlert[];
    for (const alert of list) {
      const isNamed = Object.keys(alert.labels).every((name) => /^[a-zA-Z_]\w*$/.test(name));
      const isTimed = [alert.startsAt, alert.endsAt].every((time) => new Date(time).toISOString() === time);
      if (!isNamed || !isTimed || alert.startsAt > alert.endsAt || request.method !== 'POST')
        wrong.push(text);
    }
    alerts.push(...list);
    response.end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/api/v2/alerts`, port, alerts, wrong };
}

const isOver = ({ endsAt }: PostableAlert) => Date.parse(endsAt) <= Date.now();

describe.concurrent('the page for beginners', () => {
  const page = readFileSync(new URL('../../docs/watching.md', import.meta.url), 'utf8');
  const block = (language: string, at = 0) =>
    [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))][at]![1]!;

  test('leads from its service that leaks to an alert that names the line, with the evidence it promises', async () => {
    const receiver = await startReceiver();
    const code = block('js').replace('listen(3000', 'listen(0');
    const target = await startTarget({ code: `${code}\nconsole.log('READY 0');`, name: 'app.js' });
    const config = {
      ...JSON.parse(block('json')),
      // Of this test alone, whatever else runs here.
      targets: [target.file],
      webhooks: [{ url: receiver.url }],
      metrics: { port: 0 },
    };
    const { folder, decision, dir, watch } = startWatch(config);
    // On a starved machine, that is found as well.
    const named = /Map `sessions` grows by .* and is never trimmed \(app\.js:6, visit\)/;
    const isIt = ({ annotations }: PostableAlert) => named.test(annotations.description!);
    const alert = await until('the alert', () => receiver.alerts.find(isIt), 2 * WAIT);
    expect(alert.labels).toMatchObject({ alertname: 'Culprit', target: target.file });
    const evidence = alert.annotations.evidence!;
    expect(readdirSync(evidence).sort()).toEqual([
      'flame.html',
      'recording.tgz',
      'report.html',
      'report.json',
      'report.txt',
    ]);
    const again = await runCulprit(['analyze', join(evidence, 'recording.tgz'), '--quiet']);
    expect(again.stdout).toContain('sessions');
    const begin = await decision(({ what }) => what === 'begin');
    const metrics = await (
      await fetch(`http://127.0.0.1:${/port (\d+)/.exec(begin.detail)![1]}/metrics`)
    ).text();
    expect(metrics).toMatch(
      /culprit_finding\{target="[^"]+",kind="heap-leak",fingerprint="\w+",severity="\w+"\} 1/,
    );
    const status = await runCulprit(['watch', '--status'], { cwd: dir });
    expect(status.stdout).toContain(`Process ${watch.pid} is watching, in ${folder}.`);
    expect(status.stdout).toContain('Map `sessions` grows');
    watch.kill('SIGINT');
    expect((await watch.ended).code).toBe(0);
    expect(receiver.wrong).toEqual([]);
    await target.end();
  }, 400_000);
});

const SERVING = `require('http').createServer((request, response) => response.end()).listen(0, '127.0.0.1', function () { console.log('READY ' + this.address().port); });`;

describe.concurrent('a service', () => {
  test('that ends and comes back is the same service; a program is run; what was told is over when it ended', async () => {
    const receiver = await startReceiver();
    const name = `service-${process.pid}.cjs`;
    const run = ['-e', 'console.log(process.env.CULPRIT_TARGET, ...process.argv.slice(1))'];
    const rule = {
      name: 'any-fds',
      metric: 'fds.share',
      warn: '0.001%',
      for: '0s',
      actions: [{ exec: [process.execPath, ...run, '{level}'] }, 'webhook'],
    };
    const again = {
      name: 'restarts',
      metric: 'restarts',
      warn: 1,
      for: '0s',
      actions: ['triage', 'webhook'],
    };
    const config = { ...QUIET, rules: [rule, again], webhooks: [{ url: receiver.url }] };
    const { decision, watch } = startWatch(config, [name]);
    const first = await startTarget({ code: SERVING, name });
    const ran = await decision(({ what }) => what === 'exec');
    expect(ran).toMatchObject({ target: name, pid: first.pid, rule: 'any-fds', outcome: 'done' });
    expect(readFileSync(join(ran.evidence!, 'exec.txt'), 'utf8')).toBe(`${name} warn\n`);
    await first.end();
    await decision(({ what, rule: by }) => what === 'clear' && by === 'any-fds');
    await until('the end is told', () =>
      receiver.alerts.some((alert) => alert.labels.rule === 'any-fds' && isOver(alert)),
    );
    const second = await startTarget({ code: SERVING, name });
    await decision(({ what, pid }) => what === 'restarted' && pid === second.pid);
    const triage = await decision(({ what }) => what === 'triage');
    expect(triage).toMatchObject({
      outcome: 'skipped',
      detail: expect.stringMatching(/^There is no record of why it ended/),
    });
    await until('the restart is told', () =>
      receiver.alerts.some(({ labels }) => labels.rule === 'restarts'),
    );
    expect(receiver.wrong).toEqual([]);
    watch.kill('SIGTERM');
    expect((await watch.ended).code).toBe(0);
    await second.end();
  }, 120_000);
});

describe.concurrent('however a watch ends', () => {
  const always = { name: 'always', metric: 'fds.share', warn: '0.001%', for: '0s', actions: ['diagnose'] };

  test('kill -9 during a capture leaves the target clean, and its limits counted', async () => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    const once = { ...always, limits: { count: 1, window: '1h' } };
    const first = startWatch({ ...QUIET, rules: [once] }, [String(target.pid)]);
    await until(
      'the capture is inside',
      async () => {
        const { inner } = await takeSnapshot(target).catch(() => ({ inner: null }));
        return inner === null || JSON.stringify(inner) !== JSON.stringify(before.inner);
      },
      WAIT,
    );
    first.watch.kill('SIGKILL');
    await first.watch.ended;
    expect((await untilRestored(target, before, 25_000)).left).toEqual([]);
    const second = startWatch({ ...QUIET, rules: [once] }, [String(target.pid)], first.dir);
    const isAgain = ({ what }: Decision) => what === 'begin';
    await until(
      'the second watch',
      () => second.decisions().filter(isAgain).length === 2 && second.decisions().at(-1)?.what === 'found',
      WAIT,
    );
    // The alarm is the one from before: it rises no second time, and acts no second time.
    expect(second.decisions().filter(({ what }) => what === 'warn')).toHaveLength(1);
    const status = await runCulprit(['watch', '--status', '--json'], { cwd: first.dir });
    expect(schemaErrors('watch-status-v1', JSON.parse(status.stdout))).toEqual([]);
    const lines = second.decisions().flatMap((line) => schemaErrors('watch-decision-v1', line));
    expect(lines).toEqual([]);
    expect(JSON.parse(status.stdout).rules).toMatchObject([
      { rule: 'always', runs: 1, level: 'warn', state: 'throttled' },
    ]);
    second.watch.kill('SIGINT');
    await second.watch.ended;
    await target.end();
  }, 150_000);

  test('two watches of one target take turns: the second is told who is there; one folder has one watch', async () => {
    const target = await startObservedApp();
    const first = startWatch({ ...QUIET, rules: [always] }, [String(target.pid)]);
    await first.decision(({ what }) => what === 'warn');
    const second = startWatch({ ...QUIET, rules: [always] }, [String(target.pid)]);
    const refused = await second.decision(({ what }) => what === 'diagnose');
    const done = await first.decision(({ what }) => what === 'diagnose');
    const outcomes = [refused, done].map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual(['done', 'failed']);
    const failed = [refused, done].find(({ outcome }) => outcome === 'failed');
    expect(failed?.detail).toMatch(/^Another culprit \(process \d+\) has been attached to process \d+/);
    const third = await runCulprit(['watch', String(target.pid), '--folder', first.folder], {
      cwd: second.dir,
    });
    expect(third).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^culprit: Another watcher \(process \d+\) uses /),
    });
    for (const { watch } of [first, second]) watch.kill('SIGINT');
    await Promise.all([first.watch.ended, second.watch.ended]);
    await target.end();
  }, 150_000);
});

test('the built program reads each configuration of docs/watching.md, in YAML too', async () => {
  const page = readFileSync(new URL('../../docs/watching.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```(json|yaml)\n([\s\S]*?)```/g)];
  expect(new Set(blocks.map(([, language]) => language))).toEqual(new Set(['json', 'yaml']));
  for (const [, language, text] of blocks) {
    const cwd = mkdtempSync(join(tmpdir(), 'culprit-watch-'));
    writeFileSync(join(cwd, `culprit.watch.${language}`), text!);
    const { code, stdout } = await runCulprit(['watch', '--check'], { cwd });
    expect([text, code, stdout.split('\n')[0]]).toEqual([text, 0, 'The configuration is valid.']);
  }
});

describe('wrong use', () => {
  test.each([
    [['watch'], /^culprit: There is nothing to watch\./],
    [['watch', '127.0.0.1:9229'], /is the address of an inspector/],
    [['watch', '4194303'], /^culprit: There is no process 4194303\./],
    [['watch', '--all', 'shop'], /cannot be combined/],
    [['watch', '--status'], /^culprit: Nothing was ever watched in /],
    [['watch', '--check', '--config', 'none.yaml'], /^culprit: There is no file none\.yaml\./],
  ])('%j is refused with a cure', async (args, words) => {
    const { code, stderr } = await runCulprit(args, { cwd: mkdtempSync(join(tmpdir(), 'culprit-watch-')) });
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
  });
});
