// The GitHub action: its steps run here in the shell, on a small repository, with culprit out of its package; what it asks of GitHub's
// API is answered by a server of the test.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createProgram } from '../../src/cli/program.ts';
import { type BenchRepository, makeBenchRepository } from './support/bench-repository.ts';
import { type ActionRun, readAction, runAction } from './support/composite-action.ts';
import { ROOT } from './support/root.ts';

interface Comment {
  id: number;
  body: string;
  user: { type: string };
  author_association: string;
}

let scratch: string;
let repository: BenchRepository;
let api: Server;
let packed: string;
let comments: Comment[];
let requests: string[];
/** What the API answers instead. */
let refusal: number | undefined;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'culprit-action-'));
  repository = makeBenchRepository();
  // As a clone has it.
  repository.git('update-ref', 'refs/remotes/origin/main', 'main');
  repository.git('checkout', '-q', 'slower');
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch];
  const [{ filename }] = JSON.parse(
    execFileSync('npm', words, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }),
  );
  packed = join(scratch, filename);
  api = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    requests.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.statusCode = refusal ?? 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer(request.method!, request.url!, text && JSON.parse(text))));
  });
  await new Promise<void>((done) => void api.listen(0, '127.0.0.1', done));
}, 60_000);

afterAll(() => {
  api.close();
  repository.remove();
  rmSync(scratch, { recursive: true, force: true });
});

function answer(method: string, url: string, content: { body: string }): unknown {
  if (method === 'GET') {
    const page = Number(/[?&]page=(\d+)/.exec(url)![1]);
    return comments.slice((page - 1) * 100, page * 100);
  }
  const own = { ...content, user: { type: 'Bot' }, author_association: 'NONE' };
  if (method === 'PATCH') {
    const comment = comments.find(({ id }) => url.endsWith(`/issues/comments/${id}`))!;
    return Object.assign(comment, own);
  }
  const comment = { id: 1_000 + comments.length, ...own };
  comments.push(comment);
  return comment;
}

function act(inputs: Record<string, string>): Promise<ActionRun> {
  const address = api.address() as AddressInfo;
  return runAction({
    workspace: repository.dir,
    scratch,
    inputs: { run: 'node work.js', package: packed, ...inputs },
    github: { token: 'secret', event: { pull_request: { number: 7 } } },
    env: {
      GITHUB_BASE_REF: 'main',
      GITHUB_REPOSITORY: 'shop/shop',
      GITHUB_API_URL: `http://127.0.0.1:${address.port}`,
      npm_config_offline: 'true',
    },
  });
}

const stranger = (id: number, body: string): Comment => ({
  id,
  body,
  user: { type: 'User' },
  author_association: 'NONE',
});

describe('a pull request that is slower', () => {
  let run: ActionRun;
  beforeAll(async () => {
    // The marker in the comment of somebody else is no comment of ours; ours is on the second page.
    comments = Array.from({ length: 120 }, (_, i) =>
      stranger(i, i === 3 ? '<!-- culprit-comparison --> hi' : 'hi'),
    );
    comments.push({ ...stranger(500, '<!-- culprit-comparison -->\nold'), user: { type: 'Bot' } });
    requests = [];
    refusal = undefined;
    const gates = 'cpu.total>10%\nfunction:rank@rank.js>10%';
    run = await act({ 'fail-on': gates, pairs: '10', findings: 'false', sarif: 'true' });
  }, 400_000);

  test('fails with the exit code of the gate, after all its other steps', () => {
    expect(run.steps.Compare, JSON.stringify(run.steps)).toMatchObject({ code: 0 });
    expect(Object.keys(run.steps)).toEqual([
      'Install culprit',
      'Compare',
      'Comment',
      'Upload SARIF',
      'Keep the reports',
      'Verdict',
    ]);
    expect(run.steps.Verdict).toEqual({ code: 1, output: '' });
  });

  test('has the verdict and the paths as outputs', () => {
    const { verdict, direction, gates, 'exit-code': code, ...paths } = run.outputs;
    expect({ verdict, direction, gates, code }).toEqual({
      verdict: 'different',
      direction: 'worse',
      gates: 'failed',
      code: '1',
    });
    expect(Object.keys(paths)).toEqual(['json', 'markdown', 'sarif', 'html', 'flame']);
    expect(Object.values(paths).filter((path) => !existsSync(path))).toEqual([]);
    expect(JSON.parse(readFileSync(paths.json!, 'utf8')).verdict).toBe('different');
  });

  test('gets its one comment written anew, and a summary', () => {
    const text = readFileSync(run.outputs.markdown!, 'utf8');
    expect(text).toContain('rank.js');
    expect(comments.at(-1)).toMatchObject({ id: 500, body: text });
    expect(comments.length).toBe(121);
    expect(requests).toEqual([
      'GET /repos/shop/shop/issues/7/comments?per_page=100&page=1 Bearer secret',
      'GET /repos/shop/shop/issues/7/comments?per_page=100&page=2 Bearer secret',
      'PATCH /repos/shop/shop/issues/comments/500 Bearer secret',
    ]);
    expect(run.summary).toBe(text);
  });

  test('hands its reports on', () => {
    expect(run.steps['Upload SARIF']).toMatchObject({ with: { sarif_file: run.outputs.sarif } });
    const { json } = run.outputs;
    expect(run.steps['Keep the reports']).toMatchObject({
      with: { name: 'culprit', path: json!.slice(0, json!.lastIndexOf('/')) },
    });
  });
});

test('a commit that is not there ends with code 2, and nothing is written or handed on', async () => {
  comments = [];
  requests = [];
  const run = await act({ base: 'no-such-branch' });
  expect(run.steps.Compare).toMatchObject({
    code: 0,
    output: expect.stringContaining('There is no commit "no-such-branch" here'),
  });
  expect(run.steps).toMatchObject({
    Comment: 'skipped',
    'Upload SARIF': 'skipped',
    'Keep the reports': 'skipped',
    Verdict: { code: 2 },
  });
  expect(run.outputs).toMatchObject({ verdict: '', gates: '', 'exit-code': '2', json: '' });
  expect([requests, run.summary]).toEqual([[], '']);
}, 120_000);

test('without the right to comment it warns, and the verdict counts', async () => {
  comments = [];
  requests = [];
  refusal = 403;
  const run = await act({ head: 'main', pairs: '2', findings: 'false', artifact: '', annotations: 'false' });
  expect(run.steps.Comment).toEqual({
    code: 0,
    output: expect.stringMatching(
      /^::warning title=culprit::The comment could not be written\. GET [^\n]+: 403/,
    ),
  });
  expect(run.steps).toMatchObject({ 'Keep the reports': 'skipped', Verdict: { code: 0 } });
  expect(run.outputs).toMatchObject({ gates: 'none', 'exit-code': '0' });
}, 400_000);

test('its inputs are options of bench, each handed on by the variable of its name', () => {
  const { inputs, runs } = readAction();
  const options = createProgram([]).commands.find((command) => command.name() === 'bench')!.options;
  const own = ['working-directory', 'comment', 'sarif', 'artifact', 'token', 'package', 'findings'];
  const names = Object.keys(inputs).filter((name) => !own.includes(name));
  expect(names.filter((name) => !options.some((option) => option.name() === name))).toEqual([]);
  const { env } = runs.steps.find((step) => step.id === 'bench')!;
  const variables = names.map((name) => [
    `CULPRIT_BENCH_${name.replaceAll('-', '_').toUpperCase()}`,
    `\${{ inputs.${name} }}`,
  ]);
  expect(env).toMatchObject(Object.fromEntries(variables));
});

test('the example in the documentation gives inputs that it has', () => {
  const page = readFileSync(join(ROOT, 'docs/ci-and-gates.md'), 'utf8');
  const [example] = /uses: culprit\/culprit@v0\n {8}with:\n((?: {10}.*\n)+)/.exec(page)!.slice(1);
  const given: Record<string, unknown> = parse(example!);
  const { inputs } = readAction();
  expect(Object.keys(given).filter((name) => inputs[name] === undefined)).toEqual([]);
  const required = Object.keys(inputs).filter((name) => inputs[name]!.required);
  expect(Object.keys(given)).toEqual(expect.arrayContaining(['load', 'fail-on', ...required]));
});

test('no step puts an input into its shell, where it would be run', () => {
  expect(readAction().runs.steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
});
