// The official inspector and conformance tests of the Model Context Protocol against `culprit mcp`. npm installs them into a
// temporary folder. The conformance tests speak HTTP and ask most of their questions to tools of a sample server: those that any
// server has to answer are asked here, over a bridge from HTTP to standard input and output.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../../bin/culprit.js', import.meta.url));
const PACKAGES = ['@modelcontextprotocol/inspector@2.12.0', '@modelcontextprotocol/conformance@0.1.16'];
const SCENARIOS = ['server-initialize', 'ping', 'tools-list', 'resources-list'];
/** What the inspector asks: its arguments, and what the answer has to hold. */
const QUESTIONS = [
  [['--method', 'tools/list', '--strict'], /"name": "diagnose"/],
  [['--method', 'tools/call', '--tool-name', 'list_processes'], /Node\.js process/],
  [['--method', 'tools/call', '--tool-name', 'preflight', '--tool-arg', 'pid=1'], /not a Node\.js process/],
  [['--method', 'resources/templates/list'], /culprit:\/\/recordings/],
];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  console.error('The inspector needs Node.js 22.19 or newer.');
  process.exit(1);
}

const dir = mkdtempSync(join(tmpdir(), 'culprit-mcp-tools-'));
const inside = (path) => join(dir, 'node_modules/@modelcontextprotocol', path);
let failed = 0;

function report(name, isGood, output) {
  console.log(`${isGood ? 'ok    ' : 'FAILED'} ${name}`);
  if (isGood) return;
  failed++;
  console.log(output);
}

function inspect() {
  const launcher = inside('inspector/clients/launcher/build/index.js');
  // It keeps settings in the home folder.
  const env = { ...process.env, HOME: dir };
  for (const [args, expected] of QUESTIONS) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [launcher, '--cli', process.execPath, CLI, 'mcp', ...args],
      { env, encoding: 'utf8', timeout: 60_000 },
    );
    report(`inspector ${args.join(' ')}`, status === 0 && expected.test(stdout), `${stdout}${stderr}`);
  }
}

/** Each session of HTTP is a server process of its own. */
function startBridge() {
  const sessions = new Map();
  const open = () => {
    const child = spawn(process.execPath, [CLI, 'mcp'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const waiting = new Map();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line);
      waiting.get(message.id)?.(line);
      waiting.delete(message.id);
    });
    const id = String(sessions.size + 1);
    sessions.set(id, { id, child, waiting });
    return sessions.get(id);
  };
  const server = http.createServer(async (request, response) => {
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const body = Buffer.concat(await Array.fromAsync(request)).toString('utf8');
    const message = JSON.parse(body);
    const session = sessions.get(request.headers['mcp-session-id']) ?? open();
    session.child.stdin.write(`${JSON.stringify(message)}\n`);
    if (message.id === undefined) return void response.writeHead(202).end();
    const answer = await new Promise((resolve) => session.waiting.set(message.id, resolve));
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': session.id }).end(answer);
  });
  const close = () => {
    server.close();
    for (const { child } of sessions.values()) child.stdin.end();
  };
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve({ url: `http://127.0.0.1:${server.address().port}/mcp`, close }),
    ),
  );
}

async function conform() {
  const { url, close } = await startBridge();
  for (const scenario of SCENARIOS) {
    const args = [inside('conformance/dist/index.js'), 'server', '--url', url, '--scenario', scenario];
    const child = spawn(process.execPath, args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    const status = await new Promise((resolve) => child.once('exit', resolve));
    report(`conformance ${scenario}`, status === 0, output);
  }
  close();
}

try {
  writeFileSync(join(dir, 'package.json'), '{ "private": true }');
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...PACKAGES], {
    cwd: dir,
    stdio: 'ignore',
  });
  inspect();
  await conform();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
