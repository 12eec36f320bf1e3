// What a walk along references begins with, in each version of Node: what keeps a program alive, though Node's list of handles lacks it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { probeSource } from '../../src/probe/expressions.ts';
import { CONFIG } from '../support/probe-here.ts';
import { requires } from '../support/requires.ts';
import { MAJORS, nodeBinary } from './support/node-versions.ts';

const folder = mkdtempSync(join(tmpdir(), 'culprit-walk-roots-'));

requires('other Node versions');
afterAll(() => rmSync(folder, { recursive: true }));

/** Walks, lets the program grow, and prints the names of the variables that hold what grew. Ends by itself. */
const WALK = `
  function walk(grow) {
    const probe = eval(${JSON.stringify(probeSource(CONFIG))});
    probe.listScripts();
    probe.beginWalk({ longestChain: 20000, isDataOnly: false, first: { names: [], files: [], callers: [] } });
    probe.walkOn(20000, true);
    probe.readCollections(0, 0);
    grow();
    const { growing } = probe.readCollections(1000, 0);
    probe.stop();
    console.log(JSON.stringify(growing.map(({ holder }) => holder.name)));
    process.exit();
  }
  function grow(map) { for (let i = 0; i < 500; i++) map.set(i, i); }
`;

const ONLY_A_TIMER = `${WALK}
  (function begin() {
    const sessionsOfTimer = new Map([[0, 0]]);
    setInterval(() => sessionsOfTimer.get(0), 60_000);
    setImmediate(() => walk(() => grow(sessionsOfTimer)));
  })();
`;

const SERVER_IN_A_WORKER = `${WALK}
  const cluster = require('cluster');
  if (cluster.isPrimary) cluster.fork();
  else (function begin() {
    const sessionsOfServer = new Map([[0, 0]]);
    const server = require('http').createServer(() => sessionsOfServer.get(0));
    server.listen(0, '127.0.0.1', () => walk(() => grow(sessionsOfServer)));
  })();
`;

const PROGRAMS = [
  ['a timer', ONLY_A_TIMER, 'sessionsOfTimer'],
  ['a server in a worker of a cluster', SERVER_IN_A_WORKER, 'sessionsOfServer'],
] as const;

test.each(MAJORS.flatMap((major) => PROGRAMS.map((program) => [major, ...program] as const)))(
  'in Node %i, %s leads to what it holds',
  (major, what, code, name) => {
    const file = join(folder, `${what}.cjs`);
    writeFileSync(file, code);
    const output = execFileSync(nodeBinary(major), [file], { encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual([name]);
  },
);
