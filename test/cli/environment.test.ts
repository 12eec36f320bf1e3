// Options by environment variables: one mechanism for all commands.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { CommandLine } from '../../src/cli/command-line.ts';
import {
  blame,
  formOf,
  takeEnvironment,
  type VariableForm,
  variablesOf,
} from '../../src/cli/options/environment.ts';
import { repeated } from '../../src/cli/options/values.ts';
import { createProgram } from '../../src/cli/program.ts';
import { CulpritError } from '../../src/errors.ts';

const CULPRIT = fileURLToPath(new URL('../../bin/culprit.js', import.meta.url));
const PAGE = new URL('../../docs/environment.md', import.meta.url);

const all = (command: Command): Command[] => command.commands.flatMap((sub) => [sub, ...all(sub)]);
const commands = all(createProgram([]));
const rootOf = (command: Command): string =>
  command.parent?.parent == null ? command.name() : rootOf(command.parent);
const entries = commands.flatMap((command) =>
  command.options.map((option) => ({
    command,
    option,
    name: `${rootOf(command)} ${option.long}`,
    ...variablesOf(rootOf(command), option),
  })),
);

function culprit(args: string[], env: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CULPRIT, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

/** A command with an option of each form. */
function sample() {
  const program = new CommandLine();
  const command = program
    .command('look')
    .option('--max-pause <time>', '', '100ms')
    .option('--json [file]', '')
    .option('--exact', '')
    .option('--no-findings', '')
    .option('--fail-on <rule>', '', repeated)
    .option('--base <paths...>', '');
  const taken: string[] = [];
  return (words: string[], env: Record<string, string>) => {
    taken.length = 0;
    command.parseOptions(words);
    takeEnvironment(command, env, ({ option, variable }) => taken.push(`${variable} ${option}`));
    return { options: command.opts(), taken };
  };
}

describe('a variable sets', () => {
  test.each<[string, Record<string, string>, Record<string, unknown>]>([
    ['a value', { CULPRIT_MAX_PAUSE: '7ms' }, { maxPause: '7ms' }],
    ['a value that may be left out', { CULPRIT_JSON: 'a.json' }, { json: 'a.json' }],
    ['the same without its value', { CULPRIT_JSON: '1' }, { json: true }],
    ['standard output', { CULPRIT_JSON: '-' }, { json: '-' }],
    ['a switch', { CULPRIT_EXACT: 'true' }, { exact: true }],
    ['a switch that turns off', { CULPRIT_NO_FINDINGS: 'yes' }, { findings: false }],
    ['several values, one a line', { CULPRIT_FAIL_ON: 'a>1%\n\n b\n' }, { failOn: ['a>1%', ' b'] }],
    ['several values of one option', { CULPRIT_BASE: 'b 1.tgz\nb2.tgz' }, { base: ['b 1.tgz', 'b2.tgz'] }],
    [
      'a value of one command',
      { CULPRIT_LOOK_MAX_PAUSE: '8ms', CULPRIT_MAX_PAUSE: '7ms' },
      { maxPause: '8ms' },
    ],
  ])('%s', (_, env, options) => {
    expect(sample()([], env).options).toEqual({ maxPause: '100ms', findings: true, ...options });
  });

  test.each<[string, Record<string, string>]>([
    ['is empty', { CULPRIT_MAX_PAUSE: '', CULPRIT_EXACT: '', CULPRIT_JSON: '' }],
    ['turns a switch off', { CULPRIT_EXACT: '0', CULPRIT_JSON: 'false', CULPRIT_NO_FINDINGS: 'no' }],
    ['is of another command', { CULPRIT_WATCH_MAX_PAUSE: '7ms' }],
    ['is of another program', { MAX_PAUSE: '7ms', CULPRIT_PORT: 'tcp://10.0.0.1:80' }],
  ])('nothing where it %s', (_, env) => {
    expect(sample()([], env).options).toEqual({ maxPause: '100ms', findings: true });
  });

  test('nothing that the command line gives', () => {
    const words = [
      '--max-pause',
      '1ms',
      '--json',
      'x',
      '--exact',
      '--no-findings',
      '--fail-on',
      'x',
      '--base',
      'x',
    ];
    const env = {
      CULPRIT_MAX_PAUSE: '7ms',
      CULPRIT_LOOK_JSON: '1',
      CULPRIT_EXACT: 'maybe',
      CULPRIT_FAIL_ON: 'y',
      CULPRIT_BASE: 'y',
    };
    expect(sample()(words, env)).toEqual({
      options: { maxPause: '1ms', json: 'x', exact: true, findings: false, failOn: ['x'], base: ['x'] },
      taken: [],
    });
  });
});

describe('every option of every command', () => {
  test.each(entries.map((entry) => [entry.name, entry] as const))(
    '%s',
    (_, { command, option, ofAll, ofCommand }) => {
      for (const variable of [ofAll, ofCommand]) {
        const taken: string[] = [];
        const value = option.flags.includes('<severity>') ? 'warning' : '1';
        takeEnvironment(command, { [variable]: value }, (one) => taken.push(one.option));
        expect(taken).toEqual([option.long]);
        expect(command.getOptionValueSource(option.attributeName())).toBe('env');
        command.setOptionValueWithSource(option.attributeName(), undefined, 'default');
      }
    },
  );

  test('has variables that no other option has', () => {
    const byVariable = new Map<string, Set<string>>();
    for (const { option, ofAll, ofCommand, name } of entries) {
      byVariable.set(ofAll, (byVariable.get(ofAll) ?? new Set()).add(option.long!));
      byVariable.set(ofCommand, (byVariable.get(ofCommand) ?? new Set()).add(name));
    }
    expect([...byVariable].filter(([, options]) => options.size > 1)).toEqual([]);
    // Others of ours, and those that Kubernetes sets for a service named "culprit".
    const reserved = /^CULPRIT_(LEAKS$|SCRIPT_|TEST_|PORT|SERVICE_)/;
    expect([...byVariable.keys()].filter((variable) => reserved.test(variable))).toEqual([]);
  });
});

describe('a bad value', () => {
  test.each<[string[], Record<string, string>, string]>([
    [
      ['diagnose', '4242'],
      { CULPRIT_DURATION: 'soon' },
      'culprit: --duration soon is not a duration.\n  Write it as 30s, 2m or 500ms.\n  CULPRIT_DURATION sets --duration.\n',
    ],
    [
      ['diagnose', '4242'],
      { CULPRIT_DIAGNOSE_FAIL_ON: 'grave' },
      'culprit: "grave" is not a severity.\n  Give one of notice, warning, critical.\n  CULPRIT_DIAGNOSE_FAIL_ON sets --fail-on.\n',
    ],
    [
      ['ps'],
      { CULPRIT_JSON: 'maybe' },
      'culprit: CULPRIT_JSON cannot be "maybe".\n  Give 1 or 0: --json is a switch.\n',
    ],
  ])('%j %j is refused with the name of the variable', (args, env, stderr) => {
    expect(culprit(args, env)).toEqual({ status: 2, stdout: '', stderr });
  });

  test('keeps nobody from the help', () => {
    expect(culprit(['ps', '--help'], { CULPRIT_JSON: 'maybe' })).toMatchObject({ status: 0, stderr: '' });
  });

  test('that is not named by the error is one of all that were set', () => {
    const taken = [
      { option: '--max', variable: 'CULPRIT_MAX' },
      { option: '--max-pause', variable: 'CULPRIT_MAX_PAUSE' },
    ];
    expect(blame('--max-pause 0 is out of range.', taken)).toBe('CULPRIT_MAX_PAUSE sets --max-pause.');
    expect(blame('Something else.', taken)).toBe(
      'CULPRIT_MAX sets --max, CULPRIT_MAX_PAUSE sets --max-pause.',
    );
    expect(blame('Something else.', [])).toBeUndefined();
  });
});

test('an option that is required may come from the environment', () => {
  const env = { CULPRIT_BASE: 'no-such-commit', CULPRIT_RUN: 'node x.js', CULPRIT_PAIRS: '2' };
  expect(culprit(['bench'], env).stderr).toContain('There is no commit "no-such-commit" here');
  expect(culprit(['bench', '--base', 'another'], env).stderr).toContain('There is no commit "another" here');
});

test('options of a place are taken for a sub-command, too', () => {
  const env = { CULPRIT_NAMESPACE: 'prod', CULPRIT_VIA: 'podman' };
  expect(culprit(['audit', 'k8s', 'shop'], env).stderr).toContain(
    '"prod" does not apply to podman.\n  Give the name of the container alone.\n  CULPRIT_NAMESPACE sets --namespace, CULPRIT_VIA sets --via.\n',
  );
  expect(culprit(['k8s', 'shop', '--dry-run'], { CULPRIT_NAMESPACE: 'prod' }).stdout).toContain(
    '--namespace prod',
  );
});

const FORMS: Readonly<Record<VariableForm, string>> = {
  switch: '1 or 0',
  value: 'its value',
  'value or switch': 'its value, or 1',
  lines: 'a value in each line',
};

/** A row for each variable and form of it. */
function variableTable(): string {
  const rows = new Map<string, { variable: string; option: string; form: string; commands: Set<string> }>();
  for (const { command, option, ofAll } of entries) {
    const form = FORMS[formOf(option)];
    const key = `${ofAll} ${form}`;
    const row = rows.get(key) ?? { variable: ofAll, option: option.long!, form, commands: new Set() };
    rows.set(key, row);
    row.commands.add(`\`${rootOf(command)}\``);
  }
  const lines = [...rows]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([, { variable, option, form, commands: names }]) =>
        `| \`${variable}\` | \`${option}\` | ${form} | ${[...names].sort().join(', ')} |`,
    );
  return ['| variable | option | holds | commands |', '| --- | --- | --- | --- |', ...lines, ''].join('\n');
}

test('the page lists all of them', () => {
  const page = readFileSync(PAGE, 'utf8');
  const start = page.indexOf('\n', page.indexOf('<!-- variables:start')) + 1;
  const end = page.indexOf('<!-- variables:end -->');
  expect([start > 0, end >= start]).toEqual([true, true]);
  const generated = `${page.slice(0, start)}${variableTable()}${page.slice(end)}`;
  const isUpdate = expect.getState().snapshotState.snapshotUpdateState === 'all';
  if (isUpdate) writeFileSync(PAGE, generated);
  else expect(page).toBe(generated);
});

test('parsers throw errors that carry their cure', () => {
  const command = commands.find((one) => one.name() === 'diagnose')!;
  expect(() => takeEnvironment(command, { CULPRIT_FAIL_ON: 'x' }, () => {})).toThrow(CulpritError);
});
