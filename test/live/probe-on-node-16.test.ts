// The code that runs inside the target, in the oldest Node.js that a target may run.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { keepAliveSource, probeSource, settingsProbeSource } from '../../src/probe/expressions.ts';
import { CONFIG } from '../support/probe-here.ts';
import { requires } from '../support/requires.ts';
import { nodeBinary } from './support/node-versions.ts';

requires('other Node versions');

test('all of it runs in Node.js 16', () => {
  const settings = { url: 'culprit:probe', closeInspector: false, leaseMillis: 1_000 };
  const script = `const probe = ${probeSource(CONFIG)}
;const alive = ${keepAliveSource()}
;const settings = ${settingsProbeSource(settings)}
;probe.listScripts(); probe.beginWalk({ longestChain: 3, isDataOnly: false, first: { names: [], files: [], callers: [] } }); probe.walkOn(1000, true); probe.findPools(1000, false); probe.census([new Map([[1, 1]])], 1000);
const seen = [probe.sample().stopped, probe.readAsync().sites.length >= 0, alive.list(null, null).cut, typeof settings.finish()];
probe.stop();
console.log(JSON.stringify(seen));`;
  expect(execFileSync(nodeBinary(16), ['-'], { input: script, encoding: 'utf8' }).trim()).toBe(
    '[false,true,false,"object"]',
  );
});
