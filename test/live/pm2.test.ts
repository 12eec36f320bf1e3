// PM2 as people run it: its daemon leads to its apps, and one look at all of them names the sick one.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { FamilyReport } from '../../src/model/finding.ts';
import { requires } from '../support/requires.ts';
import { runCulprit, wentWrongInside } from './support/culprit.ts';
import { openInspectorPort } from './support/observe.ts';
import { startPm2 } from './support/pm2.ts';
import { until } from './support/wait.ts';

requires('linux', 'pm2');

/** PM2 keeps a sample of about a thousand answers in each app, which grows until it is full. */
const SETTLED = 1_500;

const app = (work: string) => `
'use strict';
const http = require('http');
let answered = 0;
let timer;
const load = (millis) => {
  clearInterval(timer);
  const { port } = server.address();
  timer = setInterval(() => http.get({ port, host: '127.0.0.1', agent: false }, (res) => res.resume()).on('error', () => {}), millis);
};
const server = http.createServer((req, res) => {
  res.end('ok ' + JSON.stringify(req.headers).length);
  if (++answered !== ${SETTLED}) return;
  load(40);
  require('fs').writeFileSync(__filename + '.settled', '');
});
server.listen(0, '127.0.0.1', () => {
  load(4);
  ${work}
});
`;
const LEAK = `
  const mails = new Map();
  let n = 0;
  setInterval(function remember() { for (let i = 0; i < 40; i++) mails.set(++n, { n, at: new Date(), text: 'x' + n }); }, 25);
`;

test('--all looks at three apps at once, and names the one that leaks', async () => {
  const apps = ['web', 'mail', 'jobs'].map((name) => ({ name, code: app(name === 'mail' ? LEAK : '') }));
  const pm2 = await startPm2(apps, ['--inspect-port=0']);
  try {
    const pids = await pm2.pids();
    await until('all apps have settled', () => pm2.scripts.every((file) => existsSync(`${file}.settled`)));
    const daemon = await runCulprit(['ps', '--json']);
    const { pid } = (JSON.parse(daemon.stdout) as { pid: number; family: { children: number[] } }[]).find(
      ({ family }) => family.children.includes(pids.get('web')!),
    )!;
    const result = await runCulprit(['diagnose', String(pid), '--all', '--duration', '30s', '--json', '-'], {
      atMostMillis: 90_000,
    });
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code, result.stderr).toBe(0);
    const report = JSON.parse(result.stdout) as FamilyReport;
    const members = report.members.map((member) => [member.app, member.pid, member.report?.capture.restored]);
    expect(new Set(members)).toEqual(new Set([...pids].map(([name, id]) => [name, id, true])));
    // On a machine that is short of CPU time all of them may be starved besides.
    const leaks = report.causes.filter(({ finding }) => finding.kind === 'heap-leak');
    expect(leaks.map((leak) => leak.pids)).toEqual([[pids.get('mail')]]);
    for (const id of pids.values()) expect(await openInspectorPort(id, 0), String(id)).toBeNull();
  } finally {
    await pm2.end();
  }
}, 180_000);
