// GET /metrics, and nothing else: on loopback, or with a token.
import { timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../../errors.ts';
import type { MetricsConfig } from '../config/watch-config.ts';

export interface MetricsServer {
  port: number;
  close(): void;
}

const MOST_CONNECTIONS = 20;
const REQUEST_MILLIS = 5_000;

/** Throws UsageError when the port is taken or the token cannot be read. */
export async function serveMetrics(
  { host, port, tokenFile }: MetricsConfig,
  render: () => string,
): Promise<MetricsServer> {
  const token = tokenFile === undefined ? undefined : readToken(tokenFile);
  const server = createServer((request, response) => {
    const status = statusOf(request, token);
    const body = status === 200 ? render() : '';
    response.writeHead(status, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      connection: 'close',
    });
    response.end(body);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.requestTimeout = REQUEST_MILLIS;
  server.headersTimeout = REQUEST_MILLIS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new UsageError(
          `/metrics cannot listen on ${host}:${port}: ${error.message}.`,
          'Choose another metrics.port.',
          {
            cause: error,
          },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  server.on('error', () => {});
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function statusOf({ method, url, headers }: IncomingMessage, token: string | undefined): number {
  if (token !== undefined && !isSame(headers.authorization ?? '', `Bearer ${token}`)) return 401;
  if (method !== 'GET') return 405;
  return /^\/metrics(\?|$)/.test(url ?? '') ? 200 : 404;
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readToken(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new UsageError(
      `metrics.tokenFile cannot be read: ${(cause as Error).message}.`,
      'Write a token into it.',
      {
        cause,
      },
    );
  }
  if (token === '') throw new UsageError('metrics.tokenFile is empty.', 'Write a token into it.');
  return token;
}
