// What the servers of this bench share: an HTTP server that says where it listens, and, run with --expose-internals,
// which async hooks are on inside it.
import { executionAsyncId } from 'node:async_hooks';
import http from 'node:http';
import { createRequire } from 'node:module';

/** `answer(request, response)` may be async. Prints `READY <port> <pid>` once it listens. */
export function serve(answer) {
  const server = http.createServer((request, response) => {
    if (request.url === '/state') return void answerState(response);
    return answer(request, response);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => console.log(`READY ${server.address().port} ${process.pid}`));
}

async function answerState(response) {
  // Away from the request's own context: there a then() callback has an async id only while a promise hook is on.
  const asyncIdInThen = await new Promise((resolve) =>
    setImmediate(() => Promise.resolve().then(() => resolve(executionAsyncId()))),
  );
  response.end(JSON.stringify({ asyncIdInThen, hooks: countHooks() }));
}

/** How many hooks listen for each of init, before, after, destroy and promiseResolve; null where it cannot be told. */
function countHooks() {
  try {
    const { internalBinding } = createRequire(import.meta.url)('internal/test/binding');
    const { constants, async_hook_fields } = internalBinding('async_wrap');
    const { kInit, kBefore, kAfter, kDestroy, kPromiseResolve } = constants;
    return [kInit, kBefore, kAfter, kDestroy, kPromiseResolve].map((at) => async_hook_fields[at]);
  } catch {
    return null;
  }
}
