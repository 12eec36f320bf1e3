// The same with Chrome DevTools' worker and the second one it asks for, driven as DevTools drives them.
import { createReadStream } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { DEVTOOLS } from '../peers.mjs';
import { printResult } from './result.mjs';

// Node 20 has no Promise.withResolvers.
const POLYFILL = `Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new Promise((ok, no) => { resolve = ok; reject = no; });
  return { promise, resolve, reject };
};`;

function startWorker() {
  const execArgv = ['--import', `data:text/javascript,${encodeURIComponent(POLYFILL)}`];
  // V8's default limit for workers is too low for a file of this size, and DevTools runs without one.
  const worker = new Worker(pathToFileURL(DEVTOOLS), {
    execArgv,
    resourceLimits: { maxOldGenerationSizeMb: 16_000 },
  });
  const waiting = new Map();
  let lastCall = 0;
  worker.on('message', ({ callId, error, errorCallStack, result }) => {
    if (!waiting.has(callId)) return;
    const { resolve, reject } = waiting.get(callId);
    waiting.delete(callId);
    if (error) reject(new Error(`${error}\n${errorCallStack}`));
    else resolve(result);
  });
  worker.on('error', (error) => {
    throw error;
  });
  const ready = new Promise((resolve) => worker.once('message', resolve));
  const call = (message, transfer = []) =>
    new Promise((resolve, reject) => {
      waiting.set(++lastCall, { resolve, reject });
      worker.postMessage({ callId: lastCall, ...message }, transfer);
    });
  return { worker, ready, call };
}

/** Its glue for Node passes on no ports: they are taken out of the message here, as a browser would. */
const start = performance.now();
const first = startWorker();
await first.ready;
await first.call({ disposition: 'createLoader', objectId: 1 });
for await (const chunk of createReadStream(process.argv[2], { encoding: 'utf8', highWaterMark: 2 ** 20 }))
  await first.call({ disposition: 'method', objectId: 1, methodName: 'write', methodArguments: [chunk] });
await first.call({ disposition: 'method', objectId: 1, methodName: 'close', methodArguments: [] });
const second = startWorker();
await second.ready;
const { port1, port2 } = new MessageChannel();
await second.call({ disposition: 'setupForSecondaryInit', objectId: 1 }, [port2]);
await first.call(
  { disposition: 'factory', objectId: 1, methodName: 'buildSnapshot', methodArguments: [], newObjectId: 2 },
  [port1],
);
printResult(start, {});
process.exit(0);
