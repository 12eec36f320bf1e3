// Where commands write: checked before the work begins, never in place of a pipe or standard output, and told by the exit
// code where it failed.
import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { exitCodeFor } from '../../src/cli/report-exit.ts';
import { diagnose } from '../../src/diagnose.ts';
import { readAnything } from '../../src/recording/foreign.ts';
import { buildRawCpuProfile } from '../support/build-profile.ts';
import { useTempFolder } from '../support/build-recording.ts';
import { requires } from '../support/requires.ts';

const CULPRIT = fileURLToPath(new URL('../../bin/culprit.js', import.meta.url));
const newFolder = useTempFolder();
let dir: string;
let profile: string;
beforeEach(() => {
  dir = newFolder();
  mkdirSync(join(dir, 'profiles'));
  profile = join(dir, 'profiles/a.cpuprofile');
  writeFileSync(profile, JSON.stringify(buildRawCpuProfile([['hot@/srv/hot.js:4', 4_000]])));
});

interface Place {
  /** What standard output is; absent: a pipe. */
  stdout?: number;
  /** Bytes that still fit where standard output goes. */
  room?: number;
  /** All other files are on a full disk. */
  isFull?: boolean;
  cwd?: string;
}

function culprit(words: readonly string[], { stdout, room, isFull, cwd = dir }: Place = {}) {
  const full = room !== undefined ? fullDisk('fd !== 1', room) : isFull ? fullDisk('fd <= 2', 0) : undefined;
  const preload = full === undefined ? [] : ['--import', full];
  const { status, ...said } = spawnSync(process.execPath, [...preload, CULPRIT, ...words], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    env: { ...process.env, XDG_STATE_HOME: join(dir, 'state') },
  });
  return { status, stdout: said.stdout ?? '', stderr: said.stderr };
}

/** As test/support/full-disk.ts does it, for a program of its own. */
function fullDisk(otherwise: string, room: number): string {
  const code = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
let room = ${room}; const { writeSync } = fs;
fs.writeSync = (fd, content, at = 0) => {
  if (${otherwise}) return writeSync(fd, content, at);
  if (room === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  const taken = writeSync(fd, content, at, Math.min(room, content.length - at)); room -= taken; return taken;
};
syncBuiltinESMExports();`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

const NOBODY = '99999999';

describe('before anything is captured,', () => {
  test.each(['--html', '--json', '--flame', '--trace'])(
    'a place for %s that is not there is refused',
    (option) => {
      const file = join(dir, 'none/a.html');
      expect(culprit(['diagnose', NOBODY, option, file])).toEqual({
        status: 2,
        stdout: '',
        stderr: `culprit: Cannot write ${file}: the folder ${join(dir, 'none')} does not exist.\n  Choose another place.\n`,
      });
    },
  );

  test.each([
    ['analyze', '--html'],
    ['analyze', '--json'],
    ['flame', '--out'],
  ])('%s %s refuses a folder', (command, option) => {
    expect(culprit([command, profile, option, dir])).toEqual({
      status: 2,
      stdout: '',
      stderr: `culprit: Cannot write ${dir}: it is a folder.\n  Give the name of a file.\n`,
    });
    expect(readdirSync(dir)).toEqual(['profiles']);
  });

  test.each(['--markdown', '--junit', '--sarif', '--save-baseline', '--record'])(
    'so does compare with %s',
    (option) => {
      expect(culprit(['compare', profile, profile, option, dir])).toMatchObject({ status: 2, stdout: '' });
    },
  );

  test('--out of a recording and of a bench has to be in a folder that exists', () => {
    const out = join(dir, 'none/r');
    for (const words of [
      ['record', NOBODY, '--out', out],
      ['bench', '--base', 'none', '--run', 'none', '--out', out],
    ])
      expect(culprit(words)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(`The folder ${join(dir, 'none')} does not exist.`),
      });
  });
});

describe('standard output', () => {
  requires('linux');

  test('under another name is written to, and the name stays', () => {
    const name = join(dir, 'out');
    symlinkSync('/proc/self/fd/1', name);
    const { status, stdout } = culprit(['analyze', profile, '--json', name, '--quiet']);
    expect([status, lstatSync(name).isSymbolicLink()]).toEqual([0, true]);
    expect(stdout).toMatch(/^\{\n {2}"kind": "diagnosis"[\s\S]*\n\}\n[^{]/);
  });

  test('in a file loses nothing to a file of the same name', () => {
    const file = join(dir, 'all.txt');
    expect(
      culprit(['analyze', profile, '--json', file, '--quiet'], { stdout: openSync(file, 'w') }).status,
    ).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^\{\n {2}"kind": "diagnosis"[\s\S]*\n\}\n[^{]/);
    expect(readdirSync(dir).sort()).toEqual(['all.txt', 'profiles']);
  });

  test.each([
    ['a report', ['analyze', 'profiles/a.cpuprofile']],
    ['JSON', ['analyze', 'profiles/a.cpuprofile', '--json', '-']],
    ['a flame graph', ['flame', 'profiles/a.cpuprofile', '--renderer', 'collapsed']],
    ['a help', ['--help']],
  ])('on a full disk: %s that does not fit is one sentence and exit code 2', (_, words) => {
    const file = join(dir, 'out.txt');
    const { status, stderr } = culprit(words, { stdout: openSync(file, 'w'), room: 10 });
    expect([status, stderr]).toEqual([
      2,
      'culprit: Standard output could not be written completely: ENOSPC: no space left on device.\n' +
        '  Free up space on the disk that it is written to, or redirect it elsewhere.\n',
    ]);
    expect(readFileSync(file, 'utf8')).toHaveLength(10);
  });

  test('that fits is no failure', () => {
    const file = join(dir, 'out.txt');
    const out = culprit(['analyze', profile, '--json', '-'], { stdout: openSync(file, 'w'), room: 1e6 });
    expect([out.status, out.stderr]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ kind: 'diagnosis' });
  });

  test('whose reader has seen enough is no failure', () => {
    const words = `${process.execPath} ${CULPRIT} analyze ${profile} --json - | head -c 1; echo " $\{PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', words], { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['{ 0\n', '']);
  });
});

test('a file that cannot be written costs neither the report nor the other files', () => {
  const outputs = ['--html', 'a.html', '--json', 'a.json', '--quiet'];
  const { status, stdout, stderr } = culprit(['analyze', profile, ...outputs], { isFull: true });
  expect(stdout).toBe(culprit(['analyze', profile, '--quiet']).stdout);
  expect([status, stderr]).toEqual([
    2,
    ['a.html', 'a.json']
      .map(
        (name) =>
          `culprit: Cannot write ${name}: ENOSPC: no space left on device.\n  Free up space there, or choose another place.\n`,
      )
      .join(''),
  ]);
  expect(readdirSync(dir)).toEqual(['profiles']);
});

describe('a folder', () => {
  test('of nothing but profiles is read, and its flame graph lies in the current folder', () => {
    const cwd = newFolder();
    writeFileSync(join(dir, 'profiles/.keep'), '');
    const { status, stderr } = culprit(['flame', join(dir, 'profiles')], { cwd });
    expect([status, stderr]).toEqual([0, 'Flame graph: profiles.flame.html\n']);
    expect([readdirSync(cwd), readdirSync(dir)]).toEqual([['profiles.flame.html'], ['profiles']]);
  });

  test.each(['analyze', 'flame'])(
    'of other things is refused by %s, although a profile lies in it',
    (command) => {
      writeFileSync(join(dir, 'profiles/notes.txt'), '');
      const folder = join(dir, 'profiles');
      expect(culprit([command, folder])).toEqual({
        status: 2,
        stdout: '',
        stderr:
          `culprit: ${folder} is neither a recording (with manifest.json and samples.jsonl) nor a folder that holds only profiles.\n` +
          `  Give the profiles in it by name, such as ${profile}.\n`,
      });
      expect([readdirSync(dir), readdirSync(folder).length]).toEqual([['profiles'], 2]);
    },
  );
});

test('an interrupted capture that can be judged has the usual exit code, one that cannot has its own', async () => {
  const report = diagnose(await readAnything(profile));
  const judged = { ...report, verdict: 'healthy' as const, findings: [] };
  expect(exitCodeFor(judged, undefined, true)).toBe(0);
  expect(exitCodeFor({ ...judged, verdict: 'too-little-data' }, undefined, true)).toBe(130);
  expect(exitCodeFor({ ...judged, verdict: 'too-little-data' }, undefined)).toBe(0);
});
