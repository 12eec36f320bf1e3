// Runs action.yml as a runner of GitHub would: expressions, conditions, the shell of each step, files for outputs and summary. Steps
// that use other actions are told, not run.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './root.ts';

interface Step {
  id?: string;
  name: string;
  if?: string;
  shell?: string;
  run?: string;
  uses?: string;
  env?: Record<string, string>;
  with?: Record<string, string>;
  'working-directory'?: string;
}

interface Action {
  inputs: Record<string, { description: string; default?: string; required?: boolean }>;
  outputs: Record<string, { description: string; value: string }>;
  runs: { using: string; steps: Step[] };
}

export const readAction = (): Action => parse(readFileSync(join(ROOT, 'action.yml'), 'utf8'));

export interface ActionRun {
  /** By the name of the step. */
  steps: Record<
    string,
    'skipped' | { code: number; output: string } | { uses: string; with: Record<string, string> }
  >;
  outputs: Record<string, string>;
  summary: string;
}

export interface RunOptions {
  /** The checkout. */
  workspace: string;
  /** Of whoever calls the action. */
  inputs: Record<string, string>;
  /** The context of that name: { token, event: { pull_request: { number } } }. */
  github: Record<string, unknown>;
  /** Variables that a runner sets, such as GITHUB_BASE_REF and GITHUB_API_URL. */
  env: Record<string, string>;
  /** Where its files go. */
  scratch: string;
}

export async function runAction(options: RunOptions): Promise<ActionRun> {
  const action = readAction();
  const temp = mkdtempSync(join(options.scratch, 'runner-'));
  const file = (name: string) => {
    writeFileSync(join(temp, name), '');
    return join(temp, name);
  };
  const summary = file('summary');
  const context = {
    github: options.github,
    runner: { temp },
    steps: {} as Record<string, object>,
    inputs: {},
  };
  context.inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([name, input]) => [
      name,
      options.inputs[name] ?? filled(input.default ?? '', context),
    ]),
  );
  const run: ActionRun = { steps: {}, outputs: {}, summary: '' };
  let hasFailed = false;
  for (const step of action.runs.steps) {
    if (hasFailed || (step.if !== undefined && !filled(step.if, context))) {
      run.steps[step.name] = 'skipped';
      continue;
    }
    const filledOf = (words: Record<string, string> = {}) =>
      Object.fromEntries(Object.entries(words).map(([name, word]) => [name, filled(word, context)]));
    if (step.uses !== undefined) {
      run.steps[step.name] = { uses: step.uses, with: filledOf(step.with) };
      continue;
    }
    const outputFile = file(`output-${step.id ?? 'none'}`);
    const env = {
      ...{ PATH: process.env.PATH!, HOME: temp, CI: 'true', ...options.env, ...filledOf(step.env) },
      ...{ RUNNER_TEMP: temp, GITHUB_WORKSPACE: options.workspace, GITHUB_ACTION_PATH: ROOT },
      ...{ GITHUB_OUTPUT: outputFile, GITHUB_STEP_SUMMARY: summary },
    };
    const cwd = join(options.workspace, filled(step['working-directory'] ?? '.', context));
    mkdirSync(cwd, { recursive: true });
    const done = await runShell(step.run!, { cwd, env, script: file(`${step.id ?? 'step'}.sh`) });
    run.steps[step.name] = done;
    hasFailed = done.code !== 0;
    if (step.id !== undefined) context.steps[step.id] = { outputs: outputsIn(outputFile) };
  }
  run.outputs = Object.fromEntries(
    Object.entries(action.outputs).map(([name, { value }]) => [name, filled(value, context)]),
  );
  run.summary = readFileSync(summary, 'utf8');
  return run;
}

/** As `shell: bash` runs it. */
function runShell(
  text: string,
  { cwd, env, script }: { cwd: string; env: Record<string, string>; script: string },
): Promise<{ code: number; output: string }> {
  writeFileSync(script, text);
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], { cwd, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      output += part;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

const outputsIn = (path: string) =>
  Object.fromEntries(
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

/** With all `${{ }}` in it replaced; "" is false. */
function filled(text: string, context: object): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression: string) => evaluate(expression, context));
}

/** Paths, strings in single quotes, ==, !=, && and ||, which mean here what they mean in JavaScript. */
function evaluate(expression: string, context: object): string {
  const code = expression.replaceAll(/'[^']*'|[a-z][\w.-]*/gi, (word) =>
    word.startsWith("'") ? JSON.stringify(word.slice(1, -1)) : `get(${JSON.stringify(word)})`,
  );
  const get = (path: string) =>
    path
      .split('.')
      .reduce<unknown>((value, name) => (value as Record<string, unknown>)?.[name] ?? '', context);
  const value: unknown = new Function('get', `return ${code}`)(get);
  return value === false && expression.includes('&&') ? '' : String(value);
}
