// What a watch writes: whole files, a folder for one watcher, evidence within its quota, and no end of it when a disk is full.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runProgram, type Told } from '../../src/watch/actions/run-program.ts';
import type { Decision } from '../../src/watch/store/decision-log.ts';
import { keepWithin, makeEvidence } from '../../src/watch/store/evidence.ts';
import { claimFolder, watcherOf } from '../../src/watch/store/folder-claim.ts';
import { readState } from '../../src/watch/store/state-file.ts';
import { openStore } from '../../src/watch/store/store.ts';
import type { WatchState } from '../../src/wire/watch/state.ts';

const fresh = () => mkdtempSync(join(tmpdir(), 'culprit-store-'));
const MB = 2 ** 20;

const STATE: WatchState = {
  format: 'culprit-watch',
  version: 1,
  pid: 1,
  startTicks: 2,
  savedAt: { boot: 'a', uptimeMillis: 3, wallMillis: 4 },
  rules: [
    {
      rule: 'memory',
      target: 'shop',
      level: 'warn',
      levelAgeMillis: 5,
      ageMillis: 6,
      ranAgoMillis: [1],
      runs: 1,
      state: 'running',
      reason: '',
    },
  ],
  targets: [],
  alerts: [],
};
const DECISION: Decision = {
  at: '2027-01-31T12:00:00.000Z',
  target: 'shop',
  pid: 1,
  rule: 'memory',
  what: 'warn',
  why: '85%',
  evidence: null,
  outcome: 'done',
  detail: '',
};
const open = (folder: string, trouble: string[] = []) =>
  openStore({
    folder,
    quotaBytes: 10 * MB,
    onTrouble: (words) => trouble.push(words),
    onRecovery: (words) => trouble.push(words),
  });

describe('the state', () => {
  test('comes back as it was saved, in a private file', () => {
    const folder = fresh();
    const first = open(folder);
    expect(first.before).toBeUndefined();
    first.save(STATE);
    first.close();
    const second = open(folder);
    expect(second.before).toEqual(STATE);
    expect(statSync(join(folder, 'state.json')).mode & 0o777).toBe(0o600);
    second.close();
  });

  test.each([
    ['cut off', '{"format":"culprit-watch"'],
    ['of another shape', '{"format":"culprit-watch","version":2}'],
    ['empty', ''],
  ])('that is %s is set aside, and the watch begins all the same', (_what, text) => {
    const folder = fresh();
    writeFileSync(join(folder, 'state.json'), text);
    const store = open(folder);
    expect(store.before).toBeUndefined();
    expect(store.setAside).toMatch(/^state\.json is not /);
    expect(readdirSync(folder)).toContain('state.json.broken');
    store.close();
  });

  test('that a killed watcher was writing is taken away by the next one', () => {
    const folder = fresh();
    writeFileSync(join(folder, 'state.json.partial-4711'), '{"format"');
    writeFileSync(join(folder, 'mine.partial-1'), '');
    open(folder).close();
    expect(readdirSync(folder)).toEqual(['mine.partial-1']);
  });

  test('that cannot be written stops nothing, is counted, and said once', () => {
    const folder = fresh();
    const trouble: string[] = [];
    const store = open(folder, trouble);
    store.save(STATE);
    // What is a folder cannot be replaced by a file: as when a disk is full, also for root.
    const partial = join(folder, `state.json.partial-${process.pid}`);
    mkdirSync(partial);
    writeFileSync(join(partial, 'x'), '');
    expect(() => [store.save(STATE), store.save(STATE)]).not.toThrow();
    expect(store.failures).toBe(2);
    expect(trouble).toHaveLength(1);
    expect(trouble[0]).toMatch(/^files cannot be written: /);
    // The log can be written all the time.
    store.log(DECISION);
    expect(trouble).toHaveLength(1);
    rmSync(partial, { recursive: true });
    store.save(STATE);
    expect(trouble[1]).toBe('files can be written again');
    expect(readState(folder)).toEqual(STATE);
    store.close();
  });

  test('that cannot be written is told once, although what is told is logged, too', () => {
    const folder = fresh();
    const told: string[] = [];
    const tell = (words: string) => {
      told.push(words);
      store.log(DECISION);
    };
    const store = openStore({
      folder,
      quotaBytes: 1_000,
      onTrouble: tell,
      onRecovery: tell,
    });
    const log = join(folder, 'decisions.jsonl');
    mkdirSync(log);
    store.log(DECISION);
    store.log(DECISION);
    expect(told).toEqual([expect.stringMatching(/^files cannot be written: /)]);
    rmSync(log, { recursive: true });
    store.log(DECISION);
    expect(told.slice(1)).toEqual(['files can be written again']);
    store.close();
  });
});

test('the decision log is one line for each decision', () => {
  const folder = fresh();
  const store = open(folder);
  store.log(DECISION);
  store.log({ ...DECISION, what: 'clear', why: 'a\nb' });
  const lines = readFileSync(join(folder, 'decisions.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    DECISION,
    { ...DECISION, what: 'clear', why: 'a\nb' },
  ]);
  store.close();
});

describe('a folder', () => {
  test('has one watcher; one that died holds nothing', () => {
    const folder = fresh();
    const release = claimFolder(folder);
    expect(watcherOf(folder)).toBe(process.pid);
    expect(() => claimFolder(folder)).toThrow(`Another watcher (process ${process.pid}) uses ${folder}.`);
    release();
    expect(watcherOf(folder)).toBeUndefined();
    writeFileSync(join(folder, 'watcher'), '999999 5\n');
    claimFolder(folder)();
  });

  test('that cannot be made is refused with a cure', () => {
    const file = join(fresh(), 'file');
    writeFileSync(file, '');
    expect(() => claimFolder(join(file, 'x'))).toThrow(/cannot be used: /);
  });
});

describe('evidence', () => {
  const make = (folder: string, minute: number, target = 'shop') =>
    makeEvidence(folder, {
      rule: 'memory',
      target,
      at: new Date(Date.UTC(2027, 0, 31, 12, minute)),
      quotaBytes: 10 * MB,
    });

  test('lies in a private folder named by time, rule and target, whatever the target calls itself', () => {
    const folder = fresh();
    expect(make(folder, 0, '../../etc/passwd \u001b[31m')).toEqual({
      folder: join(folder, 'evidence/2027-01-31T12-00-00-000Z-memory--etc-passwd-31m'),
    });
    expect(statSync(join(folder, 'evidence')).mode & 0o777).toBe(0o700);
    const [first, second] = [make(folder, 1), make(folder, 1)];
    expect(first).not.toEqual(second);
  });

  test('beyond the quota goes, the oldest first', () => {
    const folder = fresh();
    for (const minute of [0, 1, 2]) {
      const made = make(folder, minute);
      if ('folder' in made) writeFileSync(join(made.folder, 'recording.tgz'), Buffer.alloc(4 * MB));
    }
    expect(keepWithin(folder, 10 * MB)).toBe(1);
    expect(readdirSync(join(folder, 'evidence')).map((name) => name.slice(11, 16))).toEqual([
      '12-01',
      '12-02',
    ]);
  });

  test('that cannot be kept is a reason, not an error', () => {
    const file = join(fresh(), 'file');
    writeFileSync(file, '');
    expect(make(file, 0)).toEqual({ why: expect.stringMatching(/ENOTDIR|EEXIST/) });
  });
});

describe('a program of the user', () => {
  const told: Told = {
    rule: 'memory',
    target: '$(touch /tmp/pwned); `id` --flag',
    level: 'warn',
    why: '85%',
    pid: 42,
    evidence: '/srv/1',
    findings: [],
  };
  const never = new AbortController().signal;
  const node = (code: string, ...more: string[]) => [process.execPath, '-e', code, ...more];
  const children: number[] = [];
  afterAll(() => {
    for (const pid of children)
      expect(existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toBeFalsy();
  });

  test('gets its arguments as they are written, what happened in its environment and on its input, and no shell', async () => {
    const outputFile = join(fresh(), 'exec.txt');
    const code = `process.stdin.on('data', (text) => console.log(JSON.stringify([process.argv.slice(1), process.env.CULPRIT_TARGET, JSON.parse(text).why])))`;
    const command = node(code, '--', '{pid}', '{evidence}', '$HOME; {nothing}');
    expect(
      await runProgram({ do: 'exec', command, timeoutMillis: 20_000 }, told, { outputFile, signal: never }),
    ).toBeNull();
    expect(JSON.parse(readFileSync(outputFile, 'utf8'))).toEqual([
      ['42', '/srv/1', '$HOME; {nothing}'],
      told.target,
      '85%',
    ]);
  });

  test('that fails, hangs with its children, or is not there is said', async () => {
    const run = (command: string[], timeoutMillis = 20_000, outputFile: string | null = null) =>
      runProgram({ do: 'exec', command, timeoutMillis }, told, { outputFile, signal: never });
    expect(await run(node('process.exit(3)'))).toBe('it ended with exit code 3');
    expect(await run(['/nonexistent/program'])).toMatch(/^it did not start: /);
    const outputFile = join(fresh(), 'exec.txt');
    const hang = `const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); console.log(child.pid); setInterval(() => {}, 1000)`;
    expect(await run(node(hang), 1_500, outputFile)).toBe('it did not end within 1.5 s');
    children.push(Number(readFileSync(outputFile, 'utf8')));
  });
});
