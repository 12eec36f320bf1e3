// What the shop and its agent speak to, all on 127.0.0.1: a collector that counts spans, and a carrier that answers
// some zip codes with a long error page.
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

async function listen(answer) {
  const server = http.createServer(answer);
  // Longer than anybody watches: what the shop leaves open stays open.
  server.keepAliveTimeout = 600_000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const QUIET_MILLIS = 3_500;

/** Counts the spans that the agent sends, by name. */
export async function startCollector(agent) {
  const spans = new Map();
  let lastAt = performance.now();
  const problems = [];
  const server = await listen(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    try {
      for (const name of agent.spanNames(request.url, Buffer.concat(chunks))) {
        spans.set(name, (spans.get(name) ?? 0) + 1);
        lastAt = performance.now();
      }
    } catch (error) {
      problems.push(`${request.url}: ${error.message}`);
    }
    response.setHeader('Content-Type', 'application/json').end('{}');
  });
  return {
    ...server,
    problems,
    /** Spans so far, once nothing has come for a while: agents send in batches. */
    async settled() {
      lastAt = performance.now();
      while (performance.now() - lastAt < QUIET_MILLIS) await delay(100);
      return new Map(spans);
    },
  };
}

const ERROR_PAGE = `<!doctype html>${'<p>We do not deliver to this address.</p>'.repeat(4_000)}`;

export function startCarrier() {
  return listen((request, response) => {
    if (request.url.includes('zip=00')) return void response.writeHead(422).end(ERROR_PAGE);
    response.setHeader('Content-Type', 'application/json').end('{"cents":400}');
  });
}
