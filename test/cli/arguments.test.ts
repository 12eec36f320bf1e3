// The arguments as people type them: what is refused, in which words, and what "k8s" and "--" mean where.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const CULPRIT = fileURLToPath(new URL('../../bin/culprit.js', import.meta.url));

function culprit(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CULPRIT, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('a word that is nearly right is answered with the right one:', () => {
  test.each([
    ['a command', ['diagnos', '4242'], "error: unknown command 'diagnos'\n(Did you mean diagnose?)"],
    ['an option', ['diagnose', '--jsn'], "error: unknown option '--jsn'\n(Did you mean --json?)"],
    [
      'an option of a sub-command',
      ['audit', 'k8s', 'shop', '--namspace', 'prod'],
      "error: unknown option '--namspace'\n(Did you mean --namespace?)",
    ],
  ])('%s', (_, args, words) => {
    expect(culprit(...args)).toEqual({
      status: 2,
      stdout: '',
      stderr: `${words}\nRun with --help for the options.\n`,
    });
  });

  test('and nothing is proposed where nothing is near', () => {
    expect(culprit('frobnicate').stderr).toBe(
      "error: unknown command 'frobnicate'\nRun with --help for the options.\n",
    );
  });
});

describe('an argument that means nothing is refused in plain words:', () => {
  const bench = ['bench', '--base', 'main', '--run', 'node x.js'];
  test.each([
    [['ps', 'x'], 'Unexpected argument "x".'],
    [['audit', '4242', 'x'], 'Unexpected argument "x".'],
    [['audit', 'k8s', 'shop', 'x'], 'Unexpected argument "x".'],
    [['open', 'a.html', '--', 'b.html'], 'Unexpected argument "b.html".'],
    [['4242'], '"4242" is not a command.'],
    [[':3000'], '":3000" is not a command.'],
    [['diagnose', '4242', '--max-pause', '100'], '--max-pause 100 has no unit.'],
    [
      ['explain', 'memory-leak'],
      '"memory-leak" is not a kind of finding; did you mean external-memory-leak, heap-leak, listener-leak, or timer-leak?',
    ],
    [['explain', 'cheese'], '"cheese" is not a kind of finding.'],
    [['diagnose', '4242', '--duration', 'soon'], '--duration soon is not a duration.'],
    [['diagnose', '4242', '--fail-on', 'grave'], '"grave" is not a severity.'],
    [['triage', '--exit-code', 'many'], '"many" is not an exit code.'],
    [['heap', 'x', '--top', 'all'], '--top all is not a number of rows.'],
    [['audit', '4242', '--min-level', '6'], '--min-level cannot be "6".'],
    [['audit', 'k8s', 'shop', '--drill'], '--drill does not work over a remote connection.'],
    [[...bench, '--smallest', 'much'], '--smallest much is not a percentage.'],
    [[...bench, '--smallest', '90%'], '--smallest 90% is out of range.'],
    [[...bench, '--pairs', '1'], '--pairs 1 is out of range.'],
    [[...bench, '--pairs', 'two'], '--pairs two is not a whole number.'],
  ])('%j', (args, words) => {
    const { status, stdout, stderr } = culprit(...args);
    expect({ status, stdout, said: stderr.split('\n')[0] }).toEqual({
      status: 2,
      stdout: '',
      said: `culprit: ${words}`,
    });
  });
});

describe('"k8s" as the first word is a place elsewhere', () => {
  // Refused once both options are known, so nothing is asked.
  const both = '-n, -c and --context are options of kubectl; "prod" does not apply to podman.';
  test.each([
    [['triage', 'k8s', 'shop', '-n', 'prod', '--via', 'podman']],
    [['triage', '-n', 'prod', 'k8s', 'shop', '--via', 'podman']],
    [['triage', '-n', 'prod', '--via', 'podman', 'k8s', 'shop']],
    [['audit', 'k8s', 'shop', '-n', 'prod', '--via', 'podman']],
    [['audit', '--via', 'podman', 'k8s', '-n', 'prod', 'shop']],
  ])('with its options before and after it: %j', (args) => {
    expect(culprit(...args).stderr).toContain(both);
  });

  test.each([['audit'], ['triage'], ['k8s']])('and needs a name: %s', (command) => {
    const args = command === 'k8s' ? ['k8s'] : [command, 'k8s'];
    expect(culprit(...args)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("missing required argument 'pod"),
    });
  });

  test('and not the second one', () => {
    expect(culprit('triage', 'none.log', 'k8s').stderr).toContain('none.log does not exist.');
  });

  test('there the words after "--" are options like the others', () => {
    const { status, stdout } = culprit('k8s', 'shop', '--dry-run', '--', '--duration', '7s');
    expect([status, stdout]).toEqual([0, expect.stringContaining('--duration 7s')]);
  });

  test('a snapshot is taken there only when it is asked for', () => {
    expect(culprit('k8s', 'shop', '--dry-run').stdout).toContain('--snapshot never');
    expect(culprit('k8s', 'shop', '--dry-run', '--snapshot', 'auto').stdout).toContain('--snapshot auto');
  });
});

test('without a word there is the help, and it was wrong use', () => {
  const { status, stdout, stderr } = culprit();
  expect([status, stderr]).toEqual([2, '']);
  expect(stdout).toBe(culprit('--help').stdout);
});
