// Programs whose text never was a file: they are compiled on their way into V8, as TypeScript runners do it, in the main
// thread and in a worker.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { decode } from '../../src/diagnose.ts';
import { readRecording } from '../../src/recording/reader.ts';
import { runCulprit, wentWrongInside } from './support/culprit.ts';
import { endAllTargets, startTarget } from './support/target.ts';

const dir = mkdtempSync(join(tmpdir(), 'culprit-scripts-'));
afterAll(async () => {
  await endAllTargets();
  rmSync(dir, { recursive: true, force: true });
});

const SOURCE = `interface Item {
  price: number;
}

type Items = Item[];

export function priceOf(items: Items): number {
  let sum = 0;
  for (let round = 0; round < 400_000; round++) sum += Math.sqrt(round) * items.length;
  return sum;
}

setInterval(() => priceOf([{ price: 1 }]), 10);
`;

/** All on one line, with the map in the text only. */
const { code } = transformSync(SOURCE, {
  loader: 'ts',
  format: 'cjs',
  sourcemap: 'inline',
  sourcefile: 'price.ts',
  minifyWhitespace: true,
});
const RUNNER = `'use strict';
const Module = require('module');
const path = require('path');
const file = path.join(__dirname, 'price.ts');
new Module(file)._compile(${JSON.stringify(code)}, file);
`;
const IN_WORKER = `'use strict';
const { Worker } = require('worker_threads');
new Worker(require('path').join(__dirname, 'runner.cjs'));
setTimeout(() => console.log('READY'), 500);
setInterval(() => {}, 1000);
`;

test.each([
  ['the main thread', { code: `${RUNNER}console.log('READY');\n` }],
  ['a worker', { code: IN_WORKER, files: { 'runner.cjs': RUNNER } }],
])('a function in %s has the line of its source', async (_, { code: program, ...more }) => {
  const files = { ...('files' in more ? more.files : {}), 'price.ts': SOURCE };
  const target = await startTarget({ code: program, files });
  const recording = join(dir, `${target.pid}`);
  const result = await runCulprit(['record', String(target.pid), '--duration', '4s', '-o', recording]);
  expect(wentWrongInside(result)).toBeNull();
  const { cpuProfiles, warnings } = decode(await readRecording(recording));
  const frames = cpuProfiles.flatMap(({ nodes }) => nodes.map(({ frame }) => frame));
  const found = frames.filter(({ functionName }) => functionName === 'priceOf');
  expect(found.length).toBeGreaterThan(0);
  for (const frame of found) expect(frame).toMatchObject({ file: 'price.ts', line: 7, owner: 'app' });
  expect(warnings.map(({ code: warning }) => warning)).not.toContain('source-differs');
  await target.end();
});
