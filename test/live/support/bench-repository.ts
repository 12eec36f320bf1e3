// A git repository as a small team has one: a server in a few files, and commits that make it slower, leaky, or break it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SERVER = `import { createServer } from 'node:http';
import { remember } from './visits.js';
import { rank } from './rank.js';

const words = Array.from({ length: 200 }, (_, i) => 'word ' + ((i * 7919) % 200));
const server = createServer((req, res) => {
  remember(req.url);
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify(rank(words).slice(0, 20)));
});
server.listen(process.env.PORT, '127.0.0.1', () => console.log('ready'));
`;

const RANK = `export function rank(words) {
  const scored = words.map((word) => ({ word, score: word.length + word.charCodeAt(5) }));
  return scored.sort((a, b) => a.score - b.score);
}
`;

const SLOW_RANK = `// A comment that moves every line.

export function rank(words) {
  let checksum = 7;
  for (let i = 0; i < 40000; i++) checksum = (checksum * 33 + i) % 65521;
  const scored = words.map((word) => ({ word, score: word.length + word.charCodeAt(5) + checksum }));
  return scored.sort((a, b) => a.score - b.score);
}
`;

const VISITS = `let count = 0;

export function remember() {
  count++;
  return count;
}
`;

const LEAKY_VISITS = `const visits = new Map();

export function remember(url) {
  visits.set(visits.size, { url, at: new Date(), steps: Array.from({ length: 60 }, (_, i) => i) });
  return visits.size;
}
`;

/** Half a second of requests, told as autocannon tells them; autocannon itself never takes less than a second. */
const LOAD = `import { Agent, request } from 'node:http';
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
let failed = 0;
const ask = () => new Promise((done) => {
  const fail = () => done(failed++);
  request({ port: process.argv[2], host: '127.0.0.1', agent }, (res) => {
    if (res.statusCode >= 400) failed++;
    res.resume().on('end', done);
  }).on('error', fail).end();
});
await Promise.all(Array.from({ length: 4 }, async () => { for (let i = 0; i < 600; i++) await ask(); }));
agent.destroy();
const requests = { total: 2400, average: 2400 };
console.log(JSON.stringify({ errors: 0, non2xx: failed, latency: { p50: 1, p90: 1, p99: 2, max: 3 }, requests }));
`;

const WORK = `import { rank } from './rank.js';
const words = Array.from({ length: 200 }, (_, i) => 'word ' + ((i * 7919) % 200));
let length = 0;
for (let i = 0; i < 3000; i++) length += rank(words).length;
console.log(length);
`;

export interface BenchRepository {
  dir: string;
  /** As a CI job would write it. */
  load: string;
  git(...args: string[]): string;
  remove(): void;
}

/** Branches: main, slower, leaky, broken (does not start), failing (answers 500). */
export function makeBenchRepository(): BenchRepository {
  const dir = mkdtempSync(join(tmpdir(), 'culprit-repo-'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: dir, encoding: 'utf8', stdio: 'pipe' });
  const write = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  };
  const commit = (branch: string, files: Record<string, string>) => {
    git('checkout', '-q', '-B', branch, ...(branch === 'main' ? [] : ['main']));
    write(files);
    git('add', '-A');
    git('-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '-qm', branch);
  };
  git('init', '-q');
  commit('main', {
    'package.json': '{ "type": "module" }',
    'server.js': SERVER,
    'rank.js': RANK,
    'visits.js': VISITS,
    'load.mjs': LOAD,
    'work.js': WORK,
  });
  commit('slower', { 'rank.js': SLOW_RANK });
  commit('leaky', { 'visits.js': LEAKY_VISITS });
  commit('broken', { 'rank.js': "export const rank = 0;\nthrow new Error('no such table');\n" });
  commit('failing', {
    'server.js': SERVER.replace("res.setHeader('content", "res.statusCode = 500;\n  res.setHeader('content"),
  });
  git('checkout', '-q', 'main');
  return {
    dir,
    load: 'node load.mjs {port}',
    git,
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
