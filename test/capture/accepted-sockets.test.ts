// Which listeners of the program have the connections of clients, told by the probe inside this process.
import { createServer } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { useProbes } from '../support/probe-here.ts';

const install = useProbes();
const open: { close(): void }[] = [];
const clients: Socket[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  for (const each of open.splice(0)) each.close();
});

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

async function listen<S extends Server>(server: S): Promise<S> {
  open.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Resolves when the server has said something. */
function ask(port: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    const client = connect(port, '127.0.0.1', () => client.write(text));
    clients.push(client);
    client.once('data', () => resolve());
  });
}

const UPGRADE = 'GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

function groupsOf(port: number) {
  const probe = install();
  probe.listScripts();
  return probe.acceptedSockets().groups.filter((group) => group.port === port);
}

test('sockets that an HTTP server has given to its upgrade listener are counted, those that it has itself are not', async () => {
  const given: Socket[] = [];
  const server = await listen(createServer((_request, response) => void response.end('hello')));
  server.on('upgrade', function onUpgrade(_request, socket) {
    given.push(socket as Socket);
    // One of them is read, the others are only answered.
    if (given.length === 1) socket.resume();
    socket.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
  });
  const port = portOf(server);
  for (const text of [UPGRADE, UPGRADE, UPGRADE, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n']) await ask(port, text);
  const groups = groupsOf(port);
  for (const socket of given) socket.destroy();
  expect(groups).toMatchObject([
    { event: 'upgrade', sockets: 3, unread: 2, listeners: [{ name: 'onUpgrade' }] },
  ]);
});

test('an HTTP server that answers no requests gives them to its upgrade listener, too', async () => {
  const given: Socket[] = [];
  const server = await listen(createServer());
  server.on('upgrade', function onUpgrade(_request, socket) {
    given.push(socket as Socket);
    socket.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
  });
  await ask(portOf(server), UPGRADE);
  const groups = groupsOf(portOf(server));
  for (const socket of given) socket.destroy();
  expect(groups).toMatchObject([{ event: 'upgrade', sockets: 1, listeners: [{ name: 'onUpgrade' }] }]);
});

test('those of a plain server belong to its connection listener', async () => {
  const given: Socket[] = [];
  const server = await listen(
    createTcpServer(function onConnection(socket) {
      given.push(socket);
      socket.write('hello');
    }),
  );
  await ask(portOf(server), 'hello');
  const groups = groupsOf(portOf(server));
  for (const socket of given) socket.destroy();
  expect(groups).toMatchObject([
    {
      event: 'connection',
      sockets: 1,
      listeners: [{ name: 'onConnection', url: expect.stringContaining('accepted-sockets') }],
    },
  ]);
});

test('a process without servers has none, and one that looks at sockets of its own making does not take them for accepted', async () => {
  const server = await listen(createServer((_request, response) => void response.end('hello')));
  await ask(portOf(server), 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(groupsOf(portOf(server))).toEqual([]);
});
