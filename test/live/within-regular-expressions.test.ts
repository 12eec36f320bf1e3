// The inspector evaluates in the middle of whatever runs, also of a regular expression. V8 before Node.js 22 does not stand a second
// one there, and ends the process.
import { afterAll, expect, test } from 'vitest';
import { requires } from '../support/requires.ts';
import { reportOf, runCulprit, wentWrongInside } from './support/culprit.ts';
import { nodeBinary } from './support/node-versions.ts';
import { openInspectorPort } from './support/observe.ts';
import { endAllTargets, startTarget } from './support/target.ts';

requires('other Node versions');

afterAll(endAllTargets);

/** Between the expressions its loop turns, promises are made and a Map grows, so that everything of ours has work. */
const MATCHER = `
'use strict';
const http = require('http');
const words = Array.from({ length: 400 }, (_, i) => new RegExp('(?:^|[^a-z])(?:item' + i + '|(\\\\w+)+' + i + 'x)(?:[^a-z]|$)', 'i'));
const seen = new Map();
async function match(text) {
  await null;
  const found = words.filter((word) => word.test(text)).length;
  seen.set(seen.size, { text, found });
}
setInterval(() => { for (let i = 0; i < 3; i++) void match('aaaaaaaaaaaaaaa aaaaaaaaaaaaa item' + (seen.size % 500)); }, 10);
http.createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1', function () { console.log('READY ' + this.address().port); });
`;

const COMMANDS = [
  'diagnose --duration 4s',
  'diagnose --duration 4s --snapshot force',
  'diagnose --why-alive',
  'audit',
];

test.each(COMMANDS)(
  'a program that is in the middle of regular expressions survives `%s`',
  async (words) => {
    const [command = '', ...options] = words.split(' ');
    const target = await startTarget({ code: MATCHER, node: nodeBinary(16) });
    const result = await runCulprit([command, String(target.pid), ...options]);
    expect(wentWrongInside(result)).toBeNull();
    expect(await target.get('/')).toBe('ok');
    expect(await openInspectorPort(target.pid, target.port)).toBeNull();
    await target.end();
  },
  60_000,
);

/** Each answer takes longer than the look. */
const STUCK = `
'use strict';
const http = require('http');
const isWord = (text) => /^(\\w+)+$/.test(text);
http.createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1', function () {
  console.log('READY ' + this.address().port);
  setTimeout(function check() { isWord('a'.repeat(40) + '!'); }, 300);
});
`;

test('one that does not come out of a regular expression survives, and the expression is named', async () => {
  const target = await startTarget({ code: STUCK, name: 'names.cjs', node: nodeBinary(16) });
  const result = await runCulprit(['diagnose', String(target.pid), '--duration', '6s', '--json', '-']);
  expect(wentWrongInside(result)).toBeNull();
  const report = reportOf(result);
  expect(report.verdict, report.verdictReason).toBe('findings');
  expect(report.findings[0]!.subject).toMatchObject({ function: 'isWord' });
  expect(target.isRunning()).toBe(true);
  await target.end();
}, 60_000);
