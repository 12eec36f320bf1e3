#!/usr/bin/env bash
# session-file-store 1.5.0 with express-session 1.19.0 (Node.js 20 and newer).
# A cookie whose session file is gone (expired, cleaned up, another host) costs its request more than 200 ms: get() reads the file
# again after growing pauses, five times by default, although the file does not exist and nobody else writes it. A session that is
# there takes a millisecond. The CPU is idle meanwhile, nothing is open and nothing grows: what waits is a timer, so profiles and
# counts of handles call the server healthy while old visitors wait. `retries: 0` of the store ends it.
. "$(dirname "$0")/setup.sh"
install session-file-store@1.5.0 express-session@1.19.0

cat > absent.cjs <<'JS'
const session = require('express-session');
const FileStore = require('session-file-store')(session);
const took = (store, id) => new Promise((done) => {
  const from = performance.now();
  store.get(id, (error, value) => done({ millis: performance.now() - from, code: error?.code ?? null, found: value !== undefined && value !== null }));
});
async function main() {
  const options = { path: './sessions', logFn() {}, reapInterval: -1 };
  const [usual, once] = [new FileStore(options), new FileStore({ ...options, retries: 0 })];
  await new Promise((done) => usual.set('present', { cookie: {}, user: 7 }, done));
  const cpu = process.cpuUsage();
  const seen = { present: await took(usual, 'present'), absent: await took(usual, 'absent') };
  const { user, system } = process.cpuUsage(cpu);
  seen.withoutRetries = await took(once, 'absent');
  for (const [name, { millis, code, found }] of Object.entries(seen)) console.log(`${name}: ${millis.toFixed(1)} ms, found ${found}, error ${code}`);
  console.log(`CPU time of both: ${((user + system) / 1e3).toFixed(1)} ms`);
  const isStillSo = seen.present.found && !seen.absent.found && seen.absent.millis > 200 && seen.withoutRetries.millis < 100;
  process.exit(isStillSo ? 0 : 10);
}
main();
JS
node absent.cjs
verdict $?
