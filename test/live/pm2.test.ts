// PM2 from npm, with its own monitoring in the apps, as it is by default: its daemon or the port that the daemon holds leads to
// its apps, and one look at all of them names the sick one.
import { expect, test } from 'vitest';
import type { FamilyReport } from '../../src/model/finding.ts';
import { requires } from '../support/requires.ts';
import { runCulprit, wentWrongInside } from './support/culprit.ts';
import { listeningPorts, openInspectorPort } from './support/observe.ts';
import { startPm2 } from './support/pm2.ts';
import { until } from './support/wait.ts';

requires('linux', 'pm2');

// Away from 9229, which others on this machine may use; each worker of a cluster has the next one.
const PORT = 9_921;

const app = (work: string) => `
'use strict';
const http = require('http');
const server = http.createServer((req, res) => res.end('ok ' + JSON.stringify(req.headers).length));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  setInterval(() => http.get({ port, host: '127.0.0.1', agent: false }, (res) => res.resume()).on('error', () => {}), 20);
  ${work}
});
`;
const LEAK = `
  const mails = new Map();
  let n = 0;
  setInterval(function remember() { for (let i = 0; i < 40; i++) mails.set(++n, { n, at: new Date(), text: 'x' + n }); }, 25);
`;

async function daemonOf(pid: number): Promise<number> {
  const { stdout } = await runCulprit(['ps', '--json']);
  const all = JSON.parse(stdout) as { pid: number; family: { role: string; children: number[] } }[];
  const daemon = all.find(({ family }) => family.children.includes(pid));
  expect(daemon?.family.role).toBe('process manager');
  return daemon!.pid;
}

async function lookAtAll(word: string): Promise<FamilyReport> {
  const result = await runCulprit(['diagnose', word, '--all', '--duration', '30s', '--json', '-'], {
    atMostMillis: 90_000,
  });
  expect(wentWrongInside(result)).toBeNull();
  expect(result.code, result.stderr).toBe(0);
  return JSON.parse(result.stdout) as FamilyReport;
}

/** Who leaks, for each leak. On a machine that is short of CPU time all apps may be starved besides. */
const leaking = ({ causes }: FamilyReport) =>
  causes
    .filter(({ finding }) => finding.kind === 'heap-leak')
    .map(({ finding, members }) => [finding.subject.function, members]);

/** For the message of a failure. */
const causesOf = ({ causes }: FamilyReport) =>
  causes.map(({ finding, members }) => `${members.join(', ')}: ${finding.title}`).join('\n');

const membersOf = ({ members }: FamilyReport) =>
  members.map((member) => [member.app, member.pid, member.role, member.report?.capture.restored]).sort(byPid);
const byPid = (a: readonly unknown[], b: readonly unknown[]) => Number(a[1]) - Number(b[1]);

test('--all looks at three apps at once, and names the one that leaks', async () => {
  const apps = ['web', 'mail', 'jobs'].map((name) => ({
    name,
    code: app(name === 'mail' ? LEAK : ''),
    settings: { node_args: ['--inspect-port=0'] },
  }));
  const pm2 = await startPm2(apps);
  try {
    const processes = await pm2.processes();
    const report = await lookAtAll(String(await daemonOf(processes[0]!.pid)));
    const expected = processes.map(({ name, pid }) => [name, pid, 'program', true]);
    expect(membersOf(report)).toEqual(expected.sort(byPid));
    expect(leaking(report), causesOf(report)).toEqual([
      ['remember', [String(processes.find(({ name }) => name === 'mail')!.pid)]],
    ]);
    for (const { pid } of processes) expect(await openInspectorPort(pid, 0), String(pid)).toBeNull();
  } finally {
    await pm2.end();
  }
}, 180_000);

test('--all on the port of an app with four instances looks at these, and names the one that leaks', async () => {
  const code = app(`if (process.env.NODE_APP_INSTANCE === '2') { ${LEAK} }`);
  const settings = { instances: 4, exec_mode: 'cluster' };
  const other = {
    name: 'jobs',
    code: app(''),
    settings: { node_args: ['--inspect-port=0'] },
  };
  const pm2 = await startPm2([{ name: 'shop', code, settings }, other], `--inspect-port=${PORT}`);
  try {
    const processes = await pm2.processes();
    const shop = processes.filter(({ name }) => name === 'shop');
    const daemon = await daemonOf(shop[0]!.pid);
    await until('the daemon holds the port', () => listeningPorts(daemon).length > 0);
    const [port] = listeningPorts(daemon);
    const report = await lookAtAll(`:${port}`);
    const expected = shop.map(({ pid }) => ['shop', pid, 'cluster worker', true]);
    expect(membersOf(report)).toEqual(expected.sort(byPid));
    expect(leaking(report), causesOf(report)).toEqual([
      ['remember', [String(shop.find(({ instance }) => instance === 2)!.pid)]],
    ]);
    for (const pid of [daemon, ...processes.map((one) => one.pid)])
      expect(await openInspectorPort(pid, port!), String(pid)).toBeNull();
  } finally {
    await pm2.end();
  }
}, 180_000);
