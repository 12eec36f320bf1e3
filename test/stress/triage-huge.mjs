// A log of several gigabytes through `culprit triage`: constant memory, and the crash at its end found.
// `node test/stress/triage-huge.mjs [gigabytes]`; the file is deleted afterwards.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MOST_RSS_BYTES = 300 * 2 ** 20;
const root = fileURLToPath(new URL('../../', import.meta.url));
const gigabytes = Number(process.argv[2] ?? 5);
const file = join(tmpdir(), `culprit-triage-${process.pid}.log`);
try {
  write();
  const { rss, millis, report } = await triage();
  const [finding] = report.findings;
  console.log(
    `${(statSync(file).size / 2 ** 30).toFixed(2)} GB in ${(millis / 1000).toFixed(0)} s, most memory ${(rss / 2 ** 20).toFixed(0)} MB: ${finding?.crash.label}, seen ${finding?.crash.occurrences} times`,
  );
  if (finding?.crash.label !== 'heap-limit' || finding.crash.occurrences !== 1)
    throw new Error('the crash at its end was not found');
  if (rss > MOST_RSS_BYTES) throw new Error(`${rss} bytes of memory are not constant memory`);
} finally {
  rmSync(file, { force: true });
}

/** Lines of every sort: plain, JSON, an error logged now and then, one line of 3 MB in each block, no crash before the end. */
function write() {
  const output = (name) => readFileSync(join(root, 'fixtures/crashes/outputs', name, 'output.log'));
  const block = [];
  for (let i = 0; i < 40_000; i++) {
    block.push(
      `{"level":30,"time":${1_795_744_418_696 + i},"pid":7,"req":{"method":"GET","url":"/items/${i % 997}"},"msg":"request completed"}`,
    );
    block.push(`2026-11-27T01:02:03.000Z 10.0.0.${i % 250} - - "GET /orders/${i} HTTP/1.1" 200 ${i * 7}`);
    if (i % 50 === 0)
      block.push(
        `{"level":50,"time":1795744418696,"pid":7,"err":{"type":"Error","message":"no row ${i}","stack":"Error: no row\\n    at find (/app/db.js:3:4)"},"msg":"query failed"}`,
      );
    if (i === 100) block.push('x'.repeat(3_000_000));
  }
  const bytes = Buffer.from(`${block.join('\n')}\n`);
  const fd = openSync(file, 'w');
  for (let written = 0; written < gigabytes * 2 ** 30; written += bytes.length) writeSync(fd, bytes);
  writeSync(fd, output('heap-limit-18'));
  closeSync(fd);
}

function triage() {
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const child = spawn(process.execPath, [join(root, 'bin/culprit.js'), 'triage', file, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let rss = 0;
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    const timer = setInterval(() => {
      try {
        const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
        if (peak) rss = Number(peak[1]) * 1024;
      } catch {
        // It has just ended.
      }
    }, 100);
    child.on('error', reject);
    child.on('close', () => {
      clearInterval(timer);
      resolve({ rss, millis: Date.now() - started, report: JSON.parse(text) });
    });
  });
}
