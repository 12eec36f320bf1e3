// An agent that follows a script, over MCP, with no human step but consent: does it find the fault of three real packages, and
// how many tokens does it take? Tokens are an estimate: bytes of JSON, divided by four.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { CASES } from './cases.mjs';

const CLI = fileURLToPath(new URL('../../../bin/culprit.js', import.meta.url));
const LOOK = { durationSeconds: 40 };
const SETTLE_MILLIS = 6_000;
const BYTES_A_TOKEN = 4;

const tokensOf = (...values) =>
  Math.round(
    values.reduce((sum, value) => sum + Buffer.byteLength(JSON.stringify(value)), 0) / BYTES_A_TOKEN,
  );

/**
 * Starts a server of ./servers with its packages installed beside it, and sends it traffic until it is ended. Its inspector gets
 * a port of its own: others on the machine may have the usual one.
 */
async function startServer({ server, packages, load }, env = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'culprit-agent-'));
  writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }');
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], {
    cwd: dir,
    stdio: 'ignore',
  });
  copyFileSync(new URL(`servers/${server}`, import.meta.url), join(dir, server));
  const child = spawn(process.execPath, ['--inspect-port=0', server], {
    cwd: dir,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const port = await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const ready = /READY (\d+)/.exec(text);
      if (ready) resolve(Number(ready[1]));
    });
    child.once('exit', () => reject(new Error(`${server} ended before it was ready`)));
  });
  const agent = new http.Agent({ keepAlive: true });
  let sent = 0;
  const timer = setInterval(() => {
    const request = http.get(
      { host: '127.0.0.1', port, path: load.path(sent++), agent, timeout: 20_000 },
      (response) => response.resume(),
    );
    request.on('error', () => {}).on('timeout', () => request.destroy());
  }, 1_000 / load.perSecond);
  await delay(SETTLE_MILLIS);
  return {
    port,
    async end() {
      clearInterval(timer);
      agent.destroy();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A connected agent, whose user always consents, and which counts what it reads and writes. */
async function connectAgent() {
  const client = new Client(
    { name: 'scripted-agent', version: '1.0.0' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: 'auto' } },
  );
  const used = { calls: 0, tokens: 0, longest: 0, consents: 0 };
  client.setRequestHandler('elicitation/create', () => {
    used.consents++;
    return { action: 'accept', content: { allow: true } };
  });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [CLI, 'mcp'] }));
  const { tools } = await client.listTools();
  used.tokens += tokensOf(tools, client.getInstructions() ?? '');
  const listed = used.tokens;
  return {
    used,
    listed,
    close: () => client.close(),
    async call(name, args) {
      const result = await client.callTool({ name, arguments: args }, { timeout: 300_000 });
      const text = result.content.map((part) => part.text ?? '').join('\n');
      const tokens = tokensOf(result.content);
      used.calls++;
      used.tokens += tokensOf({ name, arguments: args }) + tokens;
      used.longest = Math.max(used.longest, tokens);
      if (result.isError) throw new Error(`${name}: ${text}`);
      return JSON.parse(/^<data-(\w+)>\n(.*)\n<\/data-\1>$/m.exec(text)[2]);
    },
  };
}

/** What an agent does that reads nothing but the answers. */
async function investigate(agent, port) {
  const { processes } = await agent.call('list_processes', { match: String(port) });
  const target = processes.find(({ ports, canLook }) => canLook && ports.includes(port));
  const { canAttach } = await agent.call('preflight', { pid: target.pid, ...LOOK });
  if (!canAttach) throw new Error('it cannot be looked into');
  let told = await agent.call('diagnose', { pid: target.pid, ...LOOK });
  const next = told.nextMeasurement?.call;
  if (told.findings.length === 0 && next?.tool === 'diagnose')
    told = await agent.call('diagnose', { ...next.arguments, durationSeconds: 60 });
  // That the machine is short of CPU is no fault of the program.
  const cause = told.findings.find(({ kind }) => kind !== 'cpu-starved');
  if (!cause) return { told, finding: undefined };
  const { recording } = told;
  return { told, finding: await agent.call('explain_finding', { recording, rank: cause.rank }) };
}

async function verify(agent, each, { recording, rank }) {
  const fixed = await startServer(each, { FIXED: '1' });
  try {
    const { told } = await investigate(agent, fixed.port);
    const { verdict, reason } = await agent.call('verify_fix', {
      before: recording,
      after: told.recording,
      rank,
    });
    return { verdict, reason };
  } finally {
    await fixed.end();
  }
}

function judge({ names, kinds }, finding) {
  if (!finding) return 'nothing was found';
  if (!kinds.includes(finding.kind)) return `it is a ${finding.kind}`;
  return names.test(`${finding.title} ${finding.where} ${finding.through ?? ''}`)
    ? null
    : 'it names another place';
}

let wrong = 0;
const chosen = CASES.filter(({ name }) => process.argv.length < 3 || name.includes(process.argv[2]));
for (const each of chosen) {
  const server = await startServer(each);
  const agent = await connectAgent();
  let ended = false;
  try {
    const { told, finding } = await investigate(agent, server.port);
    const mistake = judge(each, finding);
    console.log(`${mistake === null ? 'FOUND' : 'WRONG'}  ${each.name}: ${finding?.title ?? told.reason}`);
    if (mistake !== null) {
      wrong++;
      console.log(`       ${mistake}; found: ${told.findings.map(({ title }) => title).join(' | ')}`);
    }
    if (each.isFixable && mistake === null) {
      await server.end();
      ended = true;
      const { verdict, reason } = await verify(agent, each, {
        recording: told.recording,
        rank: finding.rank,
      });
      if (verdict !== 'different') wrong++;
      console.log(`       the fix: ${verdict} (${reason})`);
    }
    const { calls, tokens, longest, consents } = agent.used;
    console.log(
      `       about ${tokens} tokens in ${calls} calls and ${consents} consents; ${agent.listed} of them for the list of tools, ${longest} for the longest answer`,
    );
  } finally {
    await agent.close();
    if (!ended) await server.end();
  }
}
process.exitCode = wrong === 0 ? 0 : 1;
