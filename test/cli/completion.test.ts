// Completions, asked of the shells themselves; and the manual page.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandTable } from '../../src/cli/reference/command-table.ts';
import { ARGUMENT_WORDS, OPTION_WORDS } from '../../src/cli/reference/completed-values.ts';
import { type Need, requires, skipUnless } from '../support/requires.ts';

const CULPRIT = fileURLToPath(new URL('../../bin/culprit.js', import.meta.url));
const PAGE = fileURLToPath(new URL('../../dist/man/culprit.1', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'culprit-complete-'));
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'shop.tgz'), '');
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = spawnSync(process.execPath, [CULPRIT, 'completion', shell], { encoding: 'utf8' });
    writeFileSync(join(folder, `completion.${shell}`), stdout);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder, TERM: 'dumb', LC_ALL: 'C' },
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

/** Each gives what its shell proposes for the last word of the line, sorted. */
const ASK: Record<string, (line: string) => string[]> = {
  bash(line) {
    const words = line.split(' ');
    const script = `source completion.bash
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_culprit 2> /dev/null
printf '%s\\n' "\${COMPREPLY[@]}"`;
    return linesOf(run('bash', '--norc', '--noprofile', '-c', script));
  },
  zsh(line) {
    // A terminal of its own; each match is written to a file as it is added, and the end of the completion is the end of the shell.
    const inner = `PS1= ; unsetopt zle_bracketed_paste 2> /dev/null
autoload -Uz compinit; compinit -u -D
source completion.zsh
compadd() {
  if [[ " $*" == *' '-[OAD]' '* ]]; then builtin compadd "$@"; return; fi
  local -a hits; builtin compadd -A hits "$@"; print -rl -- $hits >> proposed; builtin compadd "$@"
}
finish() { exit }
comppostfuncs=(finish)
bindkey '^I' complete-word`;
    writeFileSync(join(folder, 'inner.zsh'), inner);
    writeFileSync(join(folder, 'proposed'), '');
    const outer = `zmodload zsh/zpty
zpty terminal zsh -f -i
zpty -w terminal 'source inner.zsh'
zpty -w -n terminal $'${line}\\t'
while zpty -r terminal part; do :; done 2> /dev/null
true`;
    run('zsh', '-f', '-c', outer);
    return linesOf(readFileSync(join(folder, 'proposed'), 'utf8'));
  },
  fish: (line) =>
    linesOf(run('fish', '--no-config', '-c', `source completion.fish; complete -C '${line}'`)).map(
      (proposal) => proposal.split('\t')[0]!,
    ),
};

const linesOf = (text: string) => [...new Set(text.split('\n').filter((line) => line !== ''))].sort();

describe.each<[string, Need[]]>([
  ['bash', []],
  ['zsh', ['zsh']],
  ['fish', ['fish']],
])('%s completes', (shell, needs) => {
  requires(...needs);
  test.each([
    ['commands', 'culprit pr', ['preflight']],
    ['options', 'culprit diagnose --max', ['--max-pause']],
    ['options of a sub-command', 'culprit audit k8s --debug-', ['--debug-image']],
    ['the name of a sub-command', 'culprit audit k', ['k8s']],
    ['words of an option', 'culprit diagnose 4242 --cpu a', ['always', 'auto']],
    ['words of an argument', 'culprit explain socket', ['socket-leak']],
    ['topics of the help', 'culprit help sa', ['safety']],
    ['commands that have help', 'culprit help pre', ['preflight']],
    ['shells', 'culprit completion z', ['zsh']],
    ['files', 'culprit analyze sh', ['shop.tgz']],
    ['nothing for a value that nobody knows', 'culprit record --duration s', []],
    ['no option of another command', 'culprit explain --dur', []],
  ])('%s: %s', (_, line, proposed) => {
    expect(ASK[shell]!(line)).toEqual(proposed);
  });
});

describe('what is proposed', () => {
  const table = commandTable();
  const flags = new Set(
    table.flatMap(({ options }) => options.map((option) => option.flags.replace(/^-\w, /, ''))),
  );

  test('is declared for options that exist', () => {
    expect(Object.keys(OPTION_WORDS).filter((option) => !flags.has(option))).toEqual([]);
    expect(Object.keys(ARGUMENT_WORDS)).toEqual(['kind', 'shell']);
  });

  test('is a file for the options and arguments that name one', () => {
    const files = table.flatMap(({ options }) =>
      options.filter(({ completed }) => completed === 'file').map(({ flags: text }) => text),
    );
    expect(files).toEqual(expect.arrayContaining(['--html <file>', '--json [file]', '--base <paths...>']));
    expect(table.filter(({ argument }) => argument === 'file').map(({ name }) => name)).toEqual([
      'analyze',
      'heap',
      'flame',
      'triage',
      'open',
      'compare',
    ]);
  });
});

describe('the manual page', () => {
  const page = () => readFileSync(PAGE, 'utf8');

  test('has all commands and options', () => {
    const text = page().replaceAll('\\-', '-');
    for (const { name, options } of commandTable()) {
      if (name !== '') expect(text).toContain(`.SS culprit ${name} `);
      for (const { flags } of options) if (name !== '') expect(text).toContain(`.B ${flags}\n`);
    }
  });

  test('is one that mandoc takes without a complaint', async (context) => {
    await skipUnless(context, 'mandoc');
    expect(run('mandoc', '-T', 'lint', '-W', 'warning', PAGE)).toBe('');
    // Bold letters are struck twice.
    const shown = run('mandoc', '-T', 'ascii', PAGE).replaceAll(/.\u0008/g, '');
    expect(shown).toMatch(/^EXIT STATUS\n {7}0 {6}done/m);
    expect(shown).toMatch(/^ {3}culprit audit k8s \[options\] <pod>\n/m);
  });
});
