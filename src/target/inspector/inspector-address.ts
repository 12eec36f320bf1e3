// Finding the inspector of a process: what listens where, and whether it speaks Node's inspector protocol.
import http from 'node:http';
import { AttachError } from '../../errors.ts';
import type { ListeningPort } from '../proc/sockets.ts';

export interface InspectorEndpoint {
  host: string;
  port: number;
  webSocketUrl: string;
  /** The script the target runs, as the inspector tells it. */
  title: string;
}

const MAX_ANSWER_BYTES = 256 * 1024;

/**
 * Asks `http://host:port/json/list` for the debuggable thread.
 * Rejects with AttachError when nobody listens, when the answer is late, too big, or not a Node inspector's.
 */
export async function readInspectorEndpoint(
  host: string,
  port: number,
  timeoutMillis = 2_000,
): Promise<InspectorEndpoint> {
  const address = `${host}:${port}`;
  const body = await fetchSmallBody({ host, port, path: '/json/list' }, timeoutMillis);
  const entry = parseTargetList(body);
  if (!entry) {
    throw new AttachError(
      `What answers at ${address} is not a Node.js inspector.`,
      'Give the port from its --inspect option, or give its pid so that culprit opens an inspector.',
    );
  }
  // The target names the host it believes in, which is wrong behind a port forward: keep the one that answered.
  const url = new URL(entry.webSocketDebuggerUrl);
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return { host, port, title: entry.title, webSocketUrl: `ws://${shownHost}:${port}${url.pathname}` };
}

/**
 * What the inspector says that it belongs to, before anything is sent to it: "node.js/v20.20.2", "Deno/2.9.6", "Bun",
 * "Chrome/130.0.0.0". Undefined: it does not say. Rejects as readInspectorEndpoint() where nobody answers.
 */
export async function readInspectorProduct(
  host: string,
  port: number,
  timeoutMillis = 2_000,
): Promise<string | undefined> {
  const body = await fetchSmallBody({ host, port, path: '/json/version' }, timeoutMillis);
  try {
    const said = JSON.parse(body) as { Browser?: unknown } | null;
    return typeof said?.Browser === 'string' ? said.Browser : undefined;
  } catch {
    return undefined;
  }
}

interface Address {
  host: string;
  port: number;
  path: string;
}

function fetchSmallBody({ host, port, path }: Address, timeoutMillis: number): Promise<string> {
  const address = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const fail = (message: string, hint: string) => {
      clearTimeout(timer);
      request.destroy();
      reject(new AttachError(message, hint));
    };
    const timer = setTimeout(
      () =>
        fail(
          `${address} accepts connections but does not answer.`,
          'It is not an inspector, or its process is stopped.',
        ),
      timeoutMillis,
    );
    // Node's inspector only accepts an IP address or "localhost" as Host.
    const request = http.get(
      { host, port, path, agent: false, headers: { Host: 'localhost' } },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
          if (body.length > MAX_ANSWER_BYTES)
            fail(`${address} answers with something that is not an inspector's list.`, 'Check the port.');
        });
        response.on('end', () => {
          clearTimeout(timer);
          resolve(body);
        });
        response.on('error', () =>
          fail(`${address} closed the connection before its answer was complete.`, 'Check the port.'),
        );
      },
    );
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED')
        fail(`Nothing listens on ${address}.`, 'Check the host and port, or give the pid.');
      else
        fail(
          `${address} does not speak HTTP (${error.code ?? error.message}).`,
          'It is not an inspector. Check the port.',
        );
    });
  });
}

function parseTargetList(body: string): { webSocketDebuggerUrl: string; title: string } | null {
  try {
    const list: unknown = JSON.parse(body);
    const entry: unknown = Array.isArray(list) ? list[0] : null;
    if (typeof entry !== 'object' || entry === null) return null;
    const { type, webSocketDebuggerUrl, title } = entry as Record<string, unknown>;
    if (type !== 'node' || typeof webSocketDebuggerUrl !== 'string') return null;
    // Throws for what is no URL.
    void new URL(webSocketDebuggerUrl);
    return { webSocketDebuggerUrl, title: String(title ?? '') };
  } catch {
    return null;
  }
}

/** The first of these ports that speaks the inspector's protocol. */
export async function findOpenInspector(ports: ListeningPort[]): Promise<InspectorEndpoint | null> {
  for (const { address, port } of ports) {
    const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
    const endpoint = await readInspectorEndpoint(host, port, 1_000).catch(() => null);
    if (endpoint) return endpoint;
  }
  return null;
}
