// Requests to the shop at a steady rate, each with an id of its own that its answer must echo.
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const REQUESTS_PER_SECOND = 60;
/** One in so many asks for an address that the carrier answers with its error page. */
const ERROR_EVERY = 6;

let nextId = 0;

/** Until `isOver`. Resolves with how many were sent, and what went wrong, one line each. */
export async function runLoad(port, isOver) {
  const agent = new http.Agent({ keepAlive: true });
  const running = [];
  const problems = [];
  const from = performance.now();
  while (!isOver()) {
    while (running.length < ((performance.now() - from) / 1_000) * REQUESTS_PER_SECOND)
      // Whole rounds only: each phase then holds the same share of errors.
      for (let i = 0; i < ERROR_EVERY; i++)
        running.push(ask(port, agent, nextId++).then((problem) => problem && problems.push(problem)));
    await delay(5);
  }
  await Promise.all(running);
  agent.destroy();
  return { sent: running.length, problems };
}

/** Resolves with what was wrong with the answer, or null. */
function ask(port, agent, ordinal) {
  const id = `request-${ordinal}`;
  const zip = ordinal % ERROR_EVERY === 0 ? '00123' : '44135';
  return new Promise((resolve) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: `/rates/${zip}`,
      agent,
      headers: { 'x-request-id': id },
    };
    const request = http.get(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text.includes(`"id":"${id}"`) ? null : `${id} was answered ${text}`));
    });
    request.setTimeout(10_000, () => request.destroy(new Error('no answer in 10 s')));
    request.on('error', (error) => resolve(`${id}: ${error.message}`));
  });
}
