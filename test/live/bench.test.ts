// `culprit bench` as a CI job calls it, in a git repository of its own: verdict, exit code, outputs, and nothing left.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Comparison } from '../../src/model/comparison/comparison.ts';
import { junitErrors, sarifErrors } from '../support/validate-outputs.ts';
import { type BenchRepository, makeBenchRepository } from './support/bench-repository.ts';
import { runCulprit, startCulprit, wentWrongInside } from './support/culprit.ts';
import { until } from './support/wait.ts';

let repository: BenchRepository;
let files: string;
/** Everything culprit makes is below it. */
let scratch: string;
beforeAll(() => {
  repository = makeBenchRepository();
  files = mkdtempSync(join(tmpdir(), 'culprit-files-'));
  scratch = mkdtempSync(join(tmpdir(), 'culprit-scratch-'));
});
afterAll(() => {
  repository.remove();
  for (const dir of [files, scratch]) rmSync(dir, { recursive: true, force: true });
});

const benchArgs = (base: string, head: string, ...more: string[]) => [
  'bench',
  ...['--base', base, '--head', head, '--run', 'node server.js', '--load', repository.load, ...more],
];
const bench = (base: string, head: string, ...more: string[]) =>
  runCulprit(benchArgs(base, head, ...more), inRepository());
const inRepository = () => ({ cwd: repository.dir, atMostMillis: 400_000, env: { TMPDIR: scratch } });
/** What is found here is large, so that runs are short; and a number of pairs, because a budget buys fewer of them on a busy machine. */
const short = (pairs: number) => ['--warmups', '2', '--turns', '1', '--pairs', String(pairs)];
const file = (name: string) => join(files, name);
const read = (name: string) => readFileSync(file(name), 'utf8');
const comparisonIn = (name: string) => JSON.parse(read(name)) as Comparison;

/** Worktrees that git knows, processes that run in one of our folders, and folders. */
function leftBehind(): string[] {
  const worktrees = repository.git('worktree', 'list', '--porcelain').match(/^worktree .*$/gm) ?? [];
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const cwd = execFileSync('readlink', [`/proc/${pid}/cwd`], {
          encoding: 'utf8',
          stdio: 'pipe',
        }).trim();
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return [scratch, repository.dir].some((dir) => cwd.startsWith(dir)) ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
  return [...worktrees.slice(1), ...processes, ...readdirSync(scratch)];
}

describe('a commit that is slower', () => {
  test('fails its gate, and all outputs name the function', async () => {
    const outputs = ['--json', file('slow.json'), '--markdown', file('slow.md'), '--junit', file('slow.xml')];
    const more = [
      '--sarif',
      file('slow.sarif'),
      '--flame',
      file('slow.html'),
      '--record',
      file('slow-record.json'),
    ];
    const gates = ['--fail-on', 'cpu.total>10%', '--fail-on', 'function:rank@rank.js>10%', '--no-findings'];
    const result = await bench('main', 'slower', ...outputs, ...more, ...gates, ...short(8), '--annotations');
    expect(wentWrongInside(result)).toBeNull();
    expect([result.code, result.stderr], result.stdout).toEqual([1, '']);

    const comparison = comparisonIn('slow.json');
    expect(comparison).toMatchObject({ verdict: 'different', direction: 'worse', per: 'request' });
    // The lines of head: two were added above it.
    expect(comparison.culprit).toMatchObject({
      function: 'rank',
      file: 'rank.js',
      line: 3,
      direction: 'worse',
    });
    expect(comparison.base.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(comparison.gates).toMatchObject({ passed: false, outcome: 'fail' });

    expect(result.stdout).toContain('WORSE: ');
    expect(result.stdout).toContain('rank (rank.js:3)');
    expect(result.stdout).toMatch(/^::error file=rank\.js,line=3/m);
    expect(read('slow.md')).toMatch(/^<!-- culprit-comparison -->/);
    expect(read('slow.md')).toContain('rank.js');
    expect(await junitErrors(read('slow.xml'))).toEqual([]);
    expect(read('slow.xml')).toContain('failures="2"');
    const sarif = JSON.parse(read('slow.sarif'));
    expect(sarifErrors(sarif)).toEqual([]);
    const { artifactLocation, region } = sarif.runs[0].results[0].locations[0].physicalLocation;
    expect([artifactLocation.uri, region.startLine]).toEqual(['rank.js', 3]);
    expect(read('slow.html')).toContain('rank.js');
    const record = JSON.parse(read('slow-record.json'));
    expect(record.decisions.map((decision: { outcome: string }) => decision.outcome)).toEqual([
      'fail',
      'fail',
    ]);
    expect(record.command).toContain('--fail-on');
    expect(leftBehind()).toEqual([]);
  }, 420_000);
});

describe('a commit that leaks', () => {
  test('fails its gates, with the new finding at its line', async () => {
    const gates = ['--fail-on', 'heap.leak', '--fail-on', 'findings.new'];
    const outputs = [
      '--json',
      file('leak.json'),
      '--sarif',
      file('leak.sarif'),
      '--markdown',
      file('leak.md'),
    ];
    const result = await bench('main', 'leaky', ...gates, ...outputs, ...short(4));
    expect(wentWrongInside(result)).toBeNull();
    const comparison = comparisonIn('leak.json');
    expect(comparison).toMatchObject({ verdict: 'different', direction: 'worse' });
    const leak = comparison.metrics.find(({ name }) => name === 'heap.leak')!;
    expect(leak).toMatchObject({ verdict: 'different', direction: 'worse' });
    expect(leak.difference).toBeGreaterThan(20);
    const fresh = comparison.findings.filter(({ presence }) => presence === 'new');
    expect(fresh.map(({ kind, file, line }) => [kind, file, line])).toEqual([['heap-leak', 'visits.js', 4]]);
    expect(comparison.gates?.decisions.map(({ outcome }) => outcome)).toEqual(['fail', 'fail']);
    expect(result.code).toBe(1);
    expect(sarifErrors(JSON.parse(read('leak.sarif')))).toEqual([]);
    expect(read('leak.md')).toContain('visits.js');
    expect(leftBehind()).toEqual([]);
  }, 420_000);
});

describe('a script that does its work and ends', () => {
  test('needs no load, and is compared by the run', async () => {
    const args = ['bench', '--base', 'main', '--head', 'slower', '--run', 'node work.js', '--pairs', '10'];
    const more = ['--json', file('script.json'), '--fail-on', 'cpu.total>10%'];
    const result = await runCulprit([...args, ...more], inRepository());
    expect(wentWrongInside(result)).toBeNull();
    expect([result.code, result.stderr]).toEqual([1, '']);
    const comparison = comparisonIn('script.json');
    expect(comparison).toMatchObject({ per: 'run', verdict: 'different', direction: 'worse' });
    expect(comparison.culprit).toMatchObject({ function: 'rank', file: 'rank.js' });
  }, 200_000);
});

describe('a commit that changes nothing', () => {
  test('passes', async () => {
    const args = ['bench', '--base', 'main', '--head', 'main', '--run', 'node work.js', '--pairs', '5'];
    const more = ['--json', file('same.json'), '--fail-on', 'cpu.total>25%'];
    const result = await runCulprit([...args, ...more], inRepository());
    expect(wentWrongInside(result)).toBeNull();
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(comparisonIn('same.json').verdict).not.toBe('different');
    expect(leftBehind()).toEqual([]);
  }, 100_000);
});

describe('what cannot be compared is refused with its reason:', () => {
  const refused = async (...args: Parameters<typeof bench>) => {
    const result = await bench(...args);
    expect(leftBehind()).toEqual([]);
    return result;
  };

  test('a commit that does not start, with its last words', async () => {
    const { code, stderr } = await refused('main', 'broken');
    expect(code).toBe(3);
    expect(stderr).toContain('head did not start');
    expect(stderr).toContain('no such table');
  }, 60_000);

  test('answers that are errors', async () => {
    const { code, stderr } = await refused('main', 'failing');
    expect(code).toBe(3);
    expect(stderr).toMatch(/autocannon reported [\d,]+ errors or failed responses .* against head/);
  }, 60_000);

  test('a load that reaches nobody', async () => {
    const { code, stderr } = await refused('main', 'main', '--load', 'sleep 0.3');
    expect(code).toBe(3);
    expect(stderr).toContain('No load reached');
  }, 60_000);

  test('a load command that fails', async () => {
    const { code, stderr } = await refused('main', 'main', '--load', 'echo wrong flag; exit 7');
    expect(code).toBe(3);
    expect(stderr).toMatch(/The load command failed .*exit code 7.*wrong flag/);
  }, 60_000);

  test('a setup that fails', async () => {
    const { code, stderr } = await refused('main', 'main', '--setup', 'echo no network; exit 4');
    expect(code).toBe(3);
    expect(stderr).toMatch(/The setup of base failed[\s\S]*no network/);
  });

  test('a commit that is not here', async () => {
    const { code, stderr } = await refused('v9.9.9', 'main');
    expect([code, stderr]).toEqual([2, expect.stringContaining('There is no commit "v9.9.9" here')]);
  });

  test('a commit that a shallow clone has not', async () => {
    const clone = join(files, 'shallow');
    execFileSync('git', ['clone', '-q', '--depth', '1', `file://${repository.dir}`, clone], {
      stdio: 'pipe',
    });
    const args = ['bench', '--base', 'slower', '--run', 'node server.js', '--load', repository.load];
    const { code, stderr } = await runCulprit(args, { cwd: clone });
    expect(code).toBe(2);
    expect(stderr).toMatch(/this clone is shallow[\s\S]*fetch-depth: 0/);
  });

  test('what is no repository', async () => {
    const { code, stderr } = await runCulprit(['bench', '--base', 'main', '--run', 'node x.js'], {
      cwd: files,
    });
    expect(code).toBe(2);
    expect(stderr).toContain('This is not a git repository');
  });

  test.each([
    [['--budget', '3s'], '--budget is too short'],
    [['--pairs', '1'], '--pairs 1 is out of range'],
    [['--smallest', 'much'], '--smallest much is not a percentage'],
    [['--fail-on', 'cpu.totl>3%'], 'cpu.total'],
    [['--on-unsure', 'maybe'], '--on-unsure cannot be "maybe"'],
    [['--accepted', '/nowhere.json'], '/nowhere.json'],
  ])('%j', async (more, said) => {
    const { code, stderr } = await refused('main', 'main', ...more);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});

describe('changes that are not committed', () => {
  test('are measured where a folder is given, and said', async () => {
    writeFileSync(
      join(repository.dir, 'rank.js'),
      `${readFileSync(join(repository.dir, 'rank.js'))}// changed\n`,
    );
    const args = ['bench', '--base', 'main', '--head', '.', '--run', 'node work.js', '--pairs', '2'];
    const result = await runCulprit([...args, '--json', file('dirty.json')], inRepository());
    repository.git('checkout', '-q', '--', '.');
    expect(wentWrongInside(result)).toBeNull();
    const comparison = comparisonIn('dirty.json');
    expect(comparison.warnings.join('\n')).toContain('uncommitted changes');
    expect(comparison.head.commit).toBeNull();
  }, 120_000);
});

describe('a way out in the middle', () => {
  /** The command line of culprit itself holds the server's command, so only its beginning counts. */
  const aServerRuns = () => leftBehind().some((line) => /^\d+ \S*node server\.js/.test(line));

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s removes all, with exit code 130',
    async (signal) => {
      const running = startCulprit(benchArgs('main', 'main'), inRepository());
      await until('a server runs', aServerRuns);
      running.kill(signal);
      const result = await running.ended;
      expect(wentWrongInside(result)).toBeNull();
      expect([result.code, result.stderr]).toEqual([130, expect.stringContaining('interrupted')]);
      expect(leftBehind()).toEqual([]);
    },
    60_000,
  );

  test('by kill -9 ends all processes', async () => {
    const running = startCulprit(benchArgs('main', 'main'), inRepository());
    await until('a server runs', aServerRuns);
    running.kill('SIGKILL');
    await running.ended;
    await until('all processes have ended', () => !leftBehind().some((line) => /^\d+ /.test(line)));
    // Nobody is left to remove them: the next run, or git, does.
    repository.git('worktree', 'list');
    for (const folder of readdirSync(scratch))
      rmSync(join(scratch, folder), { recursive: true, force: true });
    repository.git('worktree', 'prune');
    expect(existsSync(repository.dir)).toBe(true);
    expect(leftBehind()).toEqual([]);
  }, 60_000);
});
