// V8 leaves some fast paths for good when a debugger, a hook of promises or a changed prototype takes them from it. It tells of each
// when asked to, so a look is seen to take none.
import { afterAll, describe, expect, test } from 'vitest';
import { needsOf, requires } from '../support/requires.ts';
import { reportOf, runCulprit, wentWrongInside } from './support/culprit.ts';
import { thisNodeAnd } from './support/node-versions.ts';
import { endAllTargets, startTarget } from './support/target.ts';

afterAll(endAllTargets);

/** A server that awaits, has timers, files and a worker in hand, and keeps what it is asked to. */
const SERVER = `
'use strict';
const { createServer } = require('http');
const { promises: files } = require('fs');
const { Worker } = require('worker_threads');
new Worker('setInterval(async () => { await null; setTimeout(() => {}, 5); }, 10)', { eval: true });
const kept = new Map();
const remember = (count) => { for (let i = 0; i < count; i++) kept.set(kept.size, { text: 'x'.repeat(100) + kept.size }); };
setInterval(async () => { await files.stat('/'); clearTimeout(setTimeout(() => {}, 1000)); remember(KEEPS); }, 10);
createServer(async (_request, response) => { await null; response.end('ok'); }).listen(0, '127.0.0.1', function () {
  console.log('READY ' + this.address().port);
});
`;

describe.each(thisNodeAnd(16, 24))('%s', (_name, node) => {
  requires(...needsOf(node));
  test.each([
    ['a healthy server', 0, []],
    ['a server whose Map grows', 50, ['heap-leak']],
  ])(
    'a look at %s takes no fast path from V8',
    async (_, keeps, kinds) => {
      const code = SERVER.replace('KEEPS', String(keeps));
      const target = await startTarget({ code, node, nodeArgs: ['--trace-protector-invalidation'] });
      const result = await runCulprit(['diagnose', String(target.pid), '--duration', '12s', '--json', '-']);
      expect(wentWrongInside(result)).toBeNull();
      const { findings, capture } = reportOf(result);
      expect(findings.map(({ kind }) => kind)).toEqual(kinds);
      expect(capture.warnings).toEqual([]);
      const taken = [...target.stdout().matchAll(/protector cell (\w+)/g)].map(([, cell]) => cell);
      // Each CPU profile takes this one from Node 22 on, which costs nothing that could be measured.
      expect(taken.filter((cell) => cell !== 'NoProfiling')).toEqual([]);
      expect(await target.get('/')).toBe('ok');
      await target.end();
    },
    60_000,
  );
});
