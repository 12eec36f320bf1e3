// Requests of clients that wait for their answer, found by the probe inside this process through the sockets of its servers.
import {
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer, get as getSecurely } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { ThreadInspector } from '../../src/probe/objects/thread-inspector.ts';
import { createOpenRequests } from '../../src/signals/open-requests/probe/open-requests.ts';
import { useCores } from '../support/probe-here.ts';

const makeCore = useCores();
/** Functions have a place, and nothing else is asked. */
const thread = {
  during: (work) =>
    work(() => ({
      place: { scriptId: '1', url: 'file:///app/shop.js', line: 4, column: 2 },
      isOfNode: false,
      scopes: () => [],
      bound: () => [],
      privateFields: () => [],
      target: () => undefined,
    })),
} as ThreadInspector;
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  /** Resolves when the server has it, with what its client may do then. */
  return (path: string) =>
    new Promise<{ leave(): void; response: ServerResponse }>((resolve) => {
      const request = get({ port, host: '127.0.0.1', path, agent: false });
      request.on('error', () => {});
      server.once('request', (_incoming: IncomingMessage, response: ServerResponse) =>
        resolve({ leave: () => void request.destroy(), response }),
      );
    });
}

/** TLS by a shared key: no certificate is needed. */
const psk = Buffer.from('0123456789abcdef');
const TLS = { ciphers: 'PSK', maxVersion: 'TLSv1.2', checkServerIdentity: () => undefined } as const;

test('those behind TLS, where the socket of the connection does not have the answer', async () => {
  const server = createSecureServer({ ...TLS, pskCallback: () => psk }, () => {});
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const came = new Promise((resolve) => server.once('request', resolve));
  // Node.js passes it on to the TLS socket; the types of its options do not have it.
  const to = {
    ...TLS,
    pskCallback: () => ({ psk, identity: 'client' }),
    port,
    host: '127.0.0.1',
    path: '/mine/5',
    agent: false,
  };
  const request = getSecurely(to);
  request.on('error', () => {});
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await came;
  expect(mine(createOpenRequests(makeCore(), thread)().groups)).toMatchObject([
    { label: 'GET /mine/#', open: 1 },
  ]);
});

const mine = (groups: { label: string }[]) => groups.filter(({ label }) => label.includes('/mine'));

test('those that came before culprit are found, by what they ask for, without those whose answer has begun', async () => {
  const ask = await serve(function answers() {});
  for (const path of ['/mine/1', '/mine/2', '/mine/3?token=x']) await ask(path);
  const begun = await ask('/mine/4');
  begun.response.writeHead(200).flushHeaders();
  const openRequests = createOpenRequests(makeCore(), thread);
  const nothing = { lasting: 0, oldestMillis: 0, answered: 0, left: 0 };
  expect(mine(openRequests().groups)).toEqual([{ label: 'GET /mine/#', open: 3, ...nothing }]);
});

test('those that are open for 8 s are lasting; of the others it is told what became of them', async () => {
  const ask = await serve(function answers() {});
  const [first, second, ...others] = [
    await ask('/mine'),
    await ask('/mine'),
    await ask('/mine'),
    await ask('/mine'),
  ];
  const core = makeCore();
  const openRequests = createOpenRequests(core, thread);
  expect(mine(openRequests().groups)).toMatchObject([{ open: 4, lasting: 0 }]);
  first!.response.end('ok');
  const closed = new Promise((resolve) => second!.response.once('close', resolve));
  second!.leave();
  await closed;
  core.atMillis = 9_000;
  expect(mine(openRequests().groups)).toMatchObject([
    {
      label: 'GET /mine',
      open: 2,
      lasting: 2,
      oldestMillis: 9_000,
      answered: 1,
      left: 1,
      handler: { name: 'answers', url: 'file:///app/shop.js', line: 4, column: 2 },
    },
  ]);
  for (const { response } of others) response.end();
});
