// `culprit flame --renderer pprof`, as people run it: what it writes is read back and compared with what went in.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { afterAll, expect, test } from 'vitest';
import { buildRawCpuProfile, buildRawHeapProfile } from '../support/build-profile.ts';
import { runCulprit, wentWrongInside } from './support/culprit.ts';

const folder = mkdtempSync(join(tmpdir(), 'culprit-pprof-'));
const current = mkdtempSync(join(folder, 'current-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const cpu = file(
  'a.cpuprofile',
  buildRawCpuProfile([
    ['main@file:///app/a.js:1 > hot@file:///app/a.js:9', 30],
    ['(idle)', 50],
    ['(garbage collector)', 5],
  ]),
);
const heap = file(
  'b.heapprofile',
  buildRawHeapProfile([['main@file:///app/a.js:1 > keep@file:///app/a.js:4', 4_096]]),
);

/** The sum of the last value of all samples, and the names of all functions. */
function totalOf(path: string) {
  const { sample, function: functions, stringTable } = Profile.decode(gunzipSync(readFileSync(path)));
  return {
    total: sample.reduce((sum, { value }) => sum + Number(value.at(-1)), 0),
    names: functions.map(({ name }) => stringTable.strings[Number(name)]).sort(),
  };
}

test('a CPU profile becomes X.pb.gz in the current folder, idle time left out', async () => {
  const result = await runCulprit(['flame', cpu, '--renderer', 'pprof'], { cwd: current });
  expect(result.code, result.stderr).toBe(0);
  expect(result.stderr).toBe('CPU profile: a.pb.gz\n');
  expect(existsSync(join(folder, 'a.pb.gz'))).toBe(false);
  expect(totalOf(join(current, 'a.pb.gz'))).toEqual({
    total: 35e6,
    names: ['(garbage collector)', '(program)', 'hot', 'main'],
  });
});

test('a heap profile becomes X.heap.pb.gz when it is asked for', async () => {
  const result = await runCulprit(['flame', heap, '--renderer', 'pprof', '--heap'], {
    cwd: current,
  });
  expect(result.code, result.stderr).toBe(0);
  expect(totalOf(join(current, 'b.heap.pb.gz'))).toEqual({ total: 4_096, names: ['keep', 'main'] });
});

test('what is not in it is refused, with the option that helps', async () => {
  const refusals = [
    [['flame', cpu, '--renderer', 'pprof', '--heap'], 'Leave `--heap` out'],
    [['flame', cpu, '--heap'], 'Leave `--heap` out'],
  ] as const;
  for (const [args, words] of refusals) {
    const out = join(folder, 'refused.pb.gz');
    const result = await runCulprit([...args, '-o', out]);
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(words);
    expect(existsSync(out)).toBe(false);
  }
});
