// A receiver for OTLP/HTTP that takes a request only if it is what OpenTelemetry's proto files say: each field is known, and of
// its type.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import root from 'otlp-proto/build/src/generated/root.js';

const { metrics, logs } = root.opentelemetry.proto.collector;
const MESSAGES = {
  '/v1/metrics': metrics.v1.ExportMetricsServiceRequest,
  '/v1/logs': logs.v1.ExportLogsServiceRequest,
} as const;
const AS_JSON = { longs: String, enums: Number, bytes: String, json: true };

/** What is wrong with it; undefined: nothing. */
export function wrongWith(path: keyof typeof MESSAGES, text: string): string | undefined {
  const message = MESSAGES[path];
  const json = JSON.parse(text) as object;
  const read = message.fromObject(json);
  const problem = message.verify(read);
  if (problem !== null) return problem;
  // What it does not know it leaves out, and what is of another type it changes.
  const again = JSON.stringify(sorted(message.toObject(read, AS_JSON)));
  const given = JSON.stringify(sorted(json));
  return again === given ? undefined : firstDifference(again, given);
}

function firstDifference(again: string, given: string): string {
  const at = [...again].findIndex((letter, index) => letter !== given[index]);
  const around = (text: string) => text.slice(Math.max(0, at - 60), at + 60);
  return `read as ${around(again)}, given ${around(given)}`;
}

/** 64 bits are text or a number in JSON. */
const isLong = (name: string) => name === 'intValue' || name.endsWith('UnixNano');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // The default of a field is the same as none.
      .filter(([, each]) => each !== undefined && each !== 0 && !(Array.isArray(each) && each.length === 0))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, isLong(name) ? String(each) : sorted(each)]),
  );
}

export interface OtlpReceiver {
  url: string;
  /** Of all requests so far. */
  received: { path: string; body: object; headers: Record<string, unknown> }[];
  wrong: string[];
  /** What it answers from now on. */
  answer: { status: number; headers?: Record<string, string>; body?: string };
  server: Server;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const path = request.url ?? '';
    const { status, headers, body = '{}' } = receiver.answer;
    if (status === 200) {
      const isKnown = path === '/v1/metrics' || path === '/v1/logs';
      const problem = isKnown ? wrongWith(path, text) : `nothing is at ${path}`;
      if (problem !== undefined) receiver.wrong.push(problem);
      if (request.headers['content-type'] !== 'application/json') receiver.wrong.push('it is no JSON');
      receiver.received.push({ path, body: JSON.parse(text) as object, headers: request.headers });
    }
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    wrong: [],
    answer: { status: 200 },
    server,
  };
  return receiver;
}
